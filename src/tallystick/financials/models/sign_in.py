"""What people prove themselves with besides a password, and what the installation asks of them."""

from django.db import models

from tallystick.financials.models.people import User
from tallystick.financials.models.sealed import SealedText


class Who(models.TextChoices):
    """Whom a rule of signing in is for. Administrators are those of any company."""

    NOBODY = "Nobody"
    ADMINISTRATORS = "Administrators"
    EVERYBODY = "Everybody"


class SignInSettings(models.Model):
    """How people sign in to this installation: one row, or none while all is as shipped.

    The directory is that of Microsoft Entra ID: `tenant` is its id, a GUID; `authority` the address it is asked at."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    second_factor = models.CharField(max_length=20, choices=Who.choices, default=Who.NOBODY)
    passwords = models.CharField(max_length=20, choices=Who.choices[1:], default=Who.EVERYBODY)
    entra_enabled = models.BooleanField(default=False)
    authority = models.CharField(max_length=300, blank=True, default="")
    tenant = models.CharField(max_length=100, blank=True, default="")
    client_id = models.CharField(max_length=100, blank=True, default="")
    sealed_client_secret = SealedText(
        what="client secret of signing in with Microsoft Entra ID", blank=True, default=""
    )

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="financials_signinsettings_once")]

    def __str__(self) -> str:
        return "signing in"


class SecondFactor(models.Model):
    """The secret that a user shares with an authenticator app; it counts once a first code has confirmed it.

    `last_step` is the newest time step (of 30 seconds since 1970) whose code was taken: no code is taken twice. Wrong
    codes in a row close it until `closed_until`."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, primary_key=True, related_name="second_factor")
    sealed_secret = SealedText(what="secret of a second factor")
    begun_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    last_step = models.BigIntegerField(default=0)
    wrong_codes = models.PositiveSmallIntegerField(default=0)
    closed_until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"second factor of {self.user.email}"


class RecoveryCode(models.Model):
    """A code that stands in once for the authenticator app. Only a hash of it is kept."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="recovery_codes", db_index=False)
    code_hash = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "code_hash"], name="financials_recoverycode_once")]

    def __str__(self) -> str:
        return f"recovery code of {self.user.email}"


class SignedInSession(models.Model):
    """Whose a session is, since when, from where and with what: what the session's own row does not say.

    It counts as long as there is a session of that key; the next sign-in of the user takes away what is left over."""

    session_key = models.CharField(max_length=40, unique=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sessions")
    began_at = models.DateTimeField()
    ip_address = models.GenericIPAddressField(null=True)
    user_agent = models.CharField(max_length=300, blank=True, default="")

    def __str__(self) -> str:
        return f"session of {self.user.email} since {self.began_at:%Y-%m-%d %H:%M} UTC"


class EntraAccount(models.Model):
    """That a user may sign in with Microsoft Entra ID, and as whom there once they have.

    The account is known by the ids of its directory and of its object there, which last; its names do not."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, primary_key=True, related_name="entra_account")
    allowed_at = models.DateTimeField()
    allowed_by = models.CharField(max_length=150, blank=True, default="")
    tenant_id = models.CharField(max_length=36, blank=True, default="")
    object_id = models.CharField(max_length=36, blank=True, default="")
    linked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "object_id"],
                condition=~models.Q(object_id=""),
                name="financials_entraaccount_once",
            )
        ]

    def __str__(self) -> str:
        return f"Entra ID account of {self.user.email}"
