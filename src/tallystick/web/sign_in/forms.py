"""The forms of signing in."""

from django.contrib.auth.forms import AuthenticationForm


class SignInForm(AuthenticationForm):
    """E-mail address and password; one message for a wrong address and a wrong password, so that neither is told apart."""

    error_messages = {
        "invalid_login": "This e-mail address and password do not match. Mind capital letters in the password.",
        "inactive": "This user is switched off. Ask an administrator of your company to switch it on again.",
    }

    def clean_username(self) -> str:
        """Return the address as it is stored. Wrong attempts are counted per address: however it is capitalised, once."""
        return str(self.cleaned_data["username"]).strip().lower()
