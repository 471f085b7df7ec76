"""A second factor: codes of an authenticator app (TOTP, RFC 6238), and recovery codes that stand in for it once each.

The secret is stored sealed, of recovery codes a hash. A code is taken once, and five wrong ones in a row close the second
factor for a quarter of an hour, whoever tries."""

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import pyotp
from django.db import transaction
from django.utils.crypto import constant_time_compare

from tallystick.config import secret_box
from tallystick.config.secret_box import SecretBoxProblem
from tallystick.financials import audit
from tallystick.financials.audit import Area
from tallystick.financials.models import (
    Company,
    GrantedSet,
    RecoveryCode,
    SecondFactor,
    SignInSettings,
    User,
    Who,
)
from tallystick.financials.permissions import OPERATOR, Actor, NotPermitted, Permission, PermissionSet
from tallystick.financials.problems import CodeRefused, FinancialsError

STEP = 30  # seconds
DRIFT = 1  # steps that a telephone's clock may be off, either way
WRONG_CODES, CLOSED_FOR = 5, timedelta(minutes=15)
RECOVERY_CODES = 10
_BASE32 = "abcdefghijklmnopqrstuvwxyz234567"
_WRONG = "This code is not right."
_TRY = "Enter the code that the app shows now, or a recovery code that was not used yet."


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What an authenticator app is given: the secret to type, and an address to scan that holds it too."""

    secret: str
    uri: str


@dataclass(frozen=True, slots=True)
class Standing:
    """How a user's second factor stands."""

    since: datetime | None
    begun: bool
    required: bool
    recovery_codes_left: int

    @property
    def is_on(self) -> bool:
        """Whether signing in asks for a code."""
        return self.since is not None


def standing_of(user: User) -> Standing:
    """Return how the user's second factor stands. At most four queries."""
    factor = SecondFactor.objects.filter(user=user).first()
    left = RecoveryCode.objects.filter(user=user, used_at=None).count()
    return Standing(factor.confirmed_at if factor else None, factor is not None, is_required(user), left)


def is_on(user: User) -> bool:
    """Whether signing in as this user asks for a code. One query."""
    return SecondFactor.objects.filter(user=user).exclude(confirmed_at=None).exists()


def is_required(user: User) -> bool:
    """Whether this user has to have a second factor: by their own account, or by the settings of signing in."""
    if user.must_use_second_factor:
        return True
    settings = SignInSettings.objects.first()
    return settings is not None and is_among(user, Who(settings.second_factor))


def is_among(user: User, who: Who) -> bool:
    """Whether a rule for `who` is for this user. One query where it is for administrators."""
    if who is Who.ADMINISTRATORS:
        return user.is_superuser or administers_anything(user)
    return who is Who.EVERYBODY


def administers_anything(user: User) -> bool:
    """Whether the user is administrator of any company. One query."""
    return GrantedSet.objects.filter(membership__user=user, permission_set=PermissionSet.ADMINISTRATOR).exists()


def begin(user: User, *, by: Actor, now: datetime) -> Enrolment:
    """Give the user a secret for an app; it counts once `confirm` has seen a code of it. An earlier one not confirmed goes.

    Raises `NotPermitted` for another user, `FinancialsError` where a second factor is on already."""
    _must_be_own(user, by)
    secret = pyotp.random_base32()
    with transaction.atomic():
        known = _locked(user)
        if known is not None and known.confirmed_at is not None:
            raise FinancialsError(
                "You have a second factor already.", hint="Turn it off first, with a code of the app that you have."
            )
        SecondFactor.objects.update_or_create(
            user=user,
            defaults={"sealed_secret": secret_box.seal(secret), "begun_at": now, "last_step": 0, "wrong_codes": 0},
        )
    return _enrolment(user, secret)


def begun(user: User, *, by: Actor) -> Enrolment | None:
    """Return what was begun and is not confirmed yet, to be shown again; None where there is nothing."""
    _must_be_own(user, by)
    factor = SecondFactor.objects.filter(user=user, confirmed_at=None).first()
    return _enrolment(user, _secret(factor)) if factor else None


def confirm(user: User, code: str, *, by: Actor, now: datetime) -> list[str]:
    """Turn the second factor on, after a first code of the app; return the recovery codes, which are told this once.

    Raises `CodeRefused` for a wrong code, `FinancialsError` where nothing was begun."""
    _must_be_own(user, by)
    if not SecondFactor.objects.filter(user=user, confirmed_at=None).exists():
        raise FinancialsError("There is no second factor to confirm.", hint="Begin again on the page Your sign-in.")
    _take(user, code, now, recovery=False)
    with transaction.atomic():
        SecondFactor.objects.filter(user=user).update(confirmed_at=now)
        _note(user, "on", by)
        return _new_recovery_codes(user)


def check(user: User, code: str, *, now: datetime) -> bool:
    """Take a code of the app or a recovery code of the user, once; whether it was a recovery code.

    Raises `CodeRefused`: it is wrong, was used already, or too many wrong ones came before."""
    return _take(user, code, now, recovery=True)


def renew_recovery_codes(user: User, code: str, *, by: Actor, now: datetime) -> list[str]:
    """Return new recovery codes, told this once, in place of those there were. Raises `CodeRefused` like `check`."""
    _must_be_own(user, by)
    check(user, code, now=now)
    with transaction.atomic():
        _note(user, "recovery codes replaced", by)
        return _new_recovery_codes(user)


def turn_off(user: User, code: str, *, by: Actor, now: datetime) -> None:
    """Take the user's own second factor away, for a code of it. Raises `CodeRefused`, and where it is required."""
    _must_be_own(user, by)
    if is_required(user):
        raise FinancialsError(
            "You have to have a second factor.", hint="To change telephones, ask an administrator to reset it."
        )
    check(user, code, now=now)
    with transaction.atomic():
        _forget(user)
        _note(user, "off", by)


def reset(user: User, *, by: Actor = OPERATOR) -> bool:
    """Take a user's second factor and recovery codes away, for who lost the telephone; whether there was one.

    The user is signed out everywhere, and sets a new one up at the next sign-in where one is required."""
    by.require(Permission.MANAGE_USERS)
    with transaction.atomic():
        there_was = _forget(user)
        if there_was:
            end_sessions(user)
            _note(user, "reset", by)
    return there_was


def set_required(user: User, required: bool, *, by: Actor = OPERATOR) -> None:
    """Have this user use a second factor, or leave it to the settings of signing in. Who has none yet is signed out."""
    by.require(Permission.MANAGE_USERS)
    with transaction.atomic():
        was = User.objects.values_list("must_use_second_factor", flat=True).get(pk=user.pk)
        User.objects.filter(pk=user.pk).update(must_use_second_factor=required)
        if required and not is_on(user):
            end_sessions(user)
        for company in _companies_of(user):
            before, after = ({"second factor required": "yes" if one else "no"} for one in (was, required))
            audit.note(company, Area.USER, user.email, before, after, by=by)
    user.must_use_second_factor = required


def end_sessions(user: User) -> None:
    """Sign the user out everywhere: no session that was begun before goes on. For services that have asked."""
    epoch = User.objects.values_list("session_epoch", flat=True).get(pk=user.pk)
    User.objects.filter(pk=user.pk).update(session_epoch=epoch + 1)
    user.session_epoch = epoch + 1


# Inside


def _must_be_own(user: User, by: Actor) -> None:
    """An administrator resets another's second factor; nobody sets one up for somebody else."""
    if by.name != user.email:
        raise NotPermitted(by.name, Permission.MANAGE_USERS)


def _locked(user: User) -> SecondFactor | None:
    return SecondFactor.objects.select_for_update().filter(user=user).first()


def _take(user: User, code: str, now: datetime, *, recovery: bool) -> bool:
    """Count the try in a transaction of its own, so that what is raised after it does not undo the count."""
    with transaction.atomic():
        factor = _locked(user)
        if factor is None:
            raise CodeRefused("This user has no second factor.", hint="Sign in again.")
        if factor.closed_until is not None and factor.closed_until > now:
            minutes = -(-(factor.closed_until - now) // timedelta(minutes=1))
            raise CodeRefused(
                f"Too many wrong codes: the second factor is closed for {minutes} minutes.",
                hint="Wait, then try again; or ask an administrator to reset it.",
            )
        digits = re.sub(r"[\s-]", "", code).lower()
        step = _step_of(factor, digits, now)
        used = step is None and recovery and _use_up(user, digits, now)
        if step is not None or used:
            factor.last_step, factor.wrong_codes, factor.closed_until = step or factor.last_step, 0, None
        else:
            factor.wrong_codes += 1
            if factor.wrong_codes >= WRONG_CODES:
                factor.wrong_codes, factor.closed_until = 0, now + CLOSED_FOR
        factor.save(update_fields=["last_step", "wrong_codes", "closed_until"])
    if step is None and not used:
        raise CodeRefused(_WRONG, hint=_TRY)
    return used


def _step_of(factor: SecondFactor, digits: str, now: datetime) -> int | None:
    """Return the time step whose code this is: near now, and after the step whose code was taken last."""
    if not re.fullmatch(r"[0-9]{6}", digits):
        return None
    totp = pyotp.TOTP(_secret(factor), interval=STEP)
    current = int(now.timestamp()) // STEP
    for step in range(current - DRIFT, current + DRIFT + 1):
        if constant_time_compare(totp.generate_otp(step), digits) and step > factor.last_step:
            return step
    return None


def _use_up(user: User, digits: str, now: datetime) -> bool:
    return RecoveryCode.objects.filter(user=user, code_hash=_hash(digits), used_at=None).update(used_at=now) > 0


def _new_recovery_codes(user: User) -> list[str]:
    codes = ["".join(secrets.choice(_BASE32) for _ in range(16)) for _ in range(RECOVERY_CODES)]
    RecoveryCode.objects.filter(user=user).delete()
    RecoveryCode.objects.bulk_create(RecoveryCode(user=user, code_hash=_hash(code)) for code in codes)
    return ["-".join(code[at : at + 4] for at in range(0, 16, 4)) for code in codes]


def _hash(code: str) -> str:
    # 80 random bits: there is nothing to guess, so a fast hash without salt is enough, and finds the row.
    return hashlib.sha256(code.encode()).hexdigest()


def _forget(user: User) -> bool:
    RecoveryCode.objects.filter(user=user).delete()
    return SecondFactor.objects.filter(user=user).delete()[0] > 0


def _secret(factor: SecondFactor) -> str:
    try:
        return secret_box.unseal(factor.sealed_secret, "secret of the second factor")
    except SecretBoxProblem as problem:
        hint = "Ask an administrator to put the earlier encryption key back, or to reset your second factor."
        raise FinancialsError(problem.what, record=factor.user.email, hint=hint) from problem


def _enrolment(user: User, secret: str) -> Enrolment:
    return Enrolment(
        secret, pyotp.TOTP(secret, interval=STEP).provisioning_uri(name=user.email, issuer_name="Tallystick")
    )


def _note(user: User, what: str, by: Actor) -> None:
    for company in _companies_of(user):
        audit.note(company, Area.USER, user.email, {}, {"second factor": what}, by=by)


def _companies_of(user: User) -> list[Company]:
    return list(Company.objects.filter(memberships__user=user))
