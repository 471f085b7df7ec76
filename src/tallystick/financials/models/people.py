"""Companies, the people who work in them, and their number series."""

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.db import models
from django.db.models.functions import Now
from django.utils.crypto import salted_hmac

from tallystick.financials.identifiers import new_id
from tallystick.financials.permissions import PermissionSet


class Experience(models.TextChoices):
    """How much of the product a company sees. The integration with Dynamics CRM is offered with Suite only."""

    BASIC = "Basic"
    ESSENTIAL = "Essential"
    SUITE = "Suite"


class NegativeInventory(models.TextChoices):
    """What becomes of a posting that would take stock below zero."""

    REFUSE = "Refuse"
    ALLOW = "Allow"


class Company(models.Model):
    """One set of books; every other row belongs to exactly one."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    slug = models.SlugField(max_length=30, unique=True)  # in addresses and on the command line
    name = models.CharField(max_length=100)
    display_name = models.CharField(max_length=250, blank=True, default="", db_default="")
    address = models.CharField(max_length=100, blank=True, default="", db_default="")
    address_2 = models.CharField(max_length=50, blank=True, default="", db_default="")
    post_code = models.CharField(max_length=20, blank=True, default="", db_default="")
    city = models.CharField(max_length=30, blank=True, default="", db_default="")
    country_code = models.CharField(max_length=10, blank=True, default="", db_default="")
    phone_no = models.CharField(max_length=30, blank=True, default="", db_default="")
    email = models.EmailField(max_length=80, blank=True, default="", db_default="")
    local_currency = models.CharField(max_length=10)  # the code of one of the company's currencies
    experience = models.CharField(max_length=10, choices=Experience.choices, default=Experience.ESSENTIAL)
    negative_inventory = models.CharField(
        max_length=10, choices=NegativeInventory.choices, default=NegativeInventory.REFUSE, db_default="Refuse"
    )
    created_at = models.DateTimeField(auto_now_add=True, db_default=Now())
    modified_at = models.DateTimeField(auto_now=True, db_default=Now())

    class Meta:
        verbose_name_plural = "companies"

    def __str__(self) -> str:
        return self.display_name or self.name


class UserManager(BaseUserManager["User"]):
    """Makes users known by their e-mail address, in lower case."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Return a stored user; without a password they sign in through one-time links only."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Return a stored user whom Django's own commands count as superuser."""
        return self.create_user(email, password, **{"is_staff": True, "is_superuser": True, **fields})

    def get_by_natural_key(self, username: str | None) -> "User":
        """Find a user by e-mail, however it is capitalised."""
        return self.get(email=(username or "").strip().lower())


class User(AbstractUser):
    """A person who signs in with an e-mail address."""

    username = None  # type: ignore[assignment]  # the e-mail address is the name
    email = models.EmailField("e-mail", max_length=150, unique=True)
    companies = models.ManyToManyField(Company, through="Membership", related_name="users")
    must_use_second_factor = models.BooleanField(default=False)
    session_epoch = models.PositiveIntegerField(default=0)  # sessions begun under another number have ended

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects: ClassVar[UserManager] = UserManager()  # type: ignore[assignment]  # no user names here

    def __str__(self) -> str:
        return self.get_full_name() or self.email

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Return what a session has to carry to go on: another one after a new password, or a new epoch."""
        carried = f"{self.password}/{self.session_epoch}"
        return salted_hmac("tallystick.financials.session", carried, secret=secret, algorithm="sha256").hexdigest()


class Membership(models.Model):
    """That a user works in a company; what they may do there say the permission sets they are granted."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="memberships")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "company"], name="financials_membership_once")]

    def __str__(self) -> str:
        return f"{self.user} works in {self.company}"


class GrantedSet(models.Model):
    """One permission set that somebody has in a company."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    membership = models.ForeignKey(
        Membership, on_delete=models.CASCADE, related_name="granted_sets", db_index=False
    )  # the constraint's index serves
    permission_set = models.CharField(max_length=30, choices=[(one.value, one.label) for one in PermissionSet])

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["membership", "permission_set"], name="financials_grantedset_once")
        ]

    def __str__(self) -> str:
        return f"{self.membership} as {self.permission_set}"


class SettingChange(models.Model):
    """That somebody changed a setting: of the company, of its users, of its integration. Rows are only ever added.

    `by` and `subject` are names as they were then: an account may be gone when somebody asks. `before` and `after` hold
    what differs, by name; what was not there before, or is not there any more, has no entry."""

    id = models.BigAutoField(primary_key=True)
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="setting_changes", db_index=False)
    at = models.DateTimeField(db_default=Now())
    by = models.CharField(max_length=150, blank=True, default="")  # '' for the command line of unknown people
    area = models.CharField(max_length=30)
    subject = models.CharField(max_length=250)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["company", "-id"], name="financials_settingchange_list")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.by} {self.area} {self.subject}"


class SignInLink(models.Model):
    """A one-time way in. Only a hash of the token is kept: who reads the database cannot sign in with it."""

    token_hash = models.CharField(max_length=64, primary_key=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sign_in_links")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"sign-in link of {self.user}, good until {self.expires_at:%Y-%m-%d %H:%M} UTC"


class NumberSeries(models.Model):
    """Where new numbers come from. A number is text that ends in digits: `C00010`, `SP NO. 00001`."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="number_series", db_index=False)
    code = models.CharField(max_length=20)
    description = models.CharField(max_length=100, blank=True, default="", db_default="")
    used_for = models.CharField(max_length=30, blank=True, default="", db_default="")  # the table it numbers
    starting_no = models.CharField(max_length=20)
    ending_no = models.CharField(max_length=20, blank=True, default="", db_default="")  # blank: no end
    last_no_used = models.CharField(max_length=20, blank=True, default="", db_default="")
    increment_by = models.PositiveIntegerField(default=1, db_default=1)
    created_at = models.DateTimeField(auto_now_add=True, db_default=Now())
    modified_at = models.DateTimeField(auto_now=True, db_default=Now())

    class Meta:
        verbose_name_plural = "number series"
        constraints = [
            models.UniqueConstraint(fields=["company", "code"], name="financials_numberseries_code"),
            models.UniqueConstraint(
                fields=["company", "used_for"],
                condition=~models.Q(used_for=""),
                name="financials_numberseries_use",
            ),
        ]

    def __str__(self) -> str:
        return self.code
