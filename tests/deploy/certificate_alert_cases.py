"""When the alert on certificates fires and when it does not; forms as in `alert_cases`.

promtool's time begins at 0, so a certificate that expires at 7d is valid for seven more days.
"""

from typing import Final

from tests.deploy.alert_trials import Firing, Quiet

DAY_S: Final = 86_400
LABELS: Final = 'job="c",instance="a:6066",role="{0}"'


def certificate(role: str, age_days: float, left_days: float) -> dict[str, str]:
    """The series of a certificate at the beginning of a case, which takes half an hour."""
    labels = LABELS.format(role)
    age_s, left_s = round(age_days * DAY_S), round(left_days * DAY_S)
    return {
        f"omnistate_certificate_age_seconds{{{labels}}}": f"{age_s}+15x120",
        f"omnistate_certificate_expiry_timestamp_seconds{{{labels}}}": f"{left_s}x120",
    }


def fires(role: str, age_days: float, left_days: float, left: str) -> tuple[str, Firing]:
    """The case of one that is said to be valid for `left` more, twenty minutes on."""
    return (
        "CertificateExpires",
        Firing(
            certificate(role, age_days, left_days),
            "20m",
            {"job": "c", "instance": "a:6066", "role": role},
            f"a:6066, {role} certificate: valid for {left} more.",
        ),
    )


CERTIFICATE_FIRING: Final[tuple[tuple[str, Firing], ...]] = (
    # Of a year, in its last fortnight; of a day, in its last hours; of one that has expired.
    fires("client", 358, 7, "6d 23h 40m 0s"),
    fires("client", 22 / 24, 2 / 24, "1h 40m 0s"),
    fires("authority", 3_651, -1, "-1d 0h 20m 0s"),
)
CERTIFICATE_QUIET: Final[tuple[tuple[str, Quiet], ...]] = (
    ("CertificateExpires", Quiet(certificate("client", 300, 65), "20m")),
    # Ten years: its last tenth begins a year ahead.
    ("CertificateExpires", Quiet(certificate("authority", 3_500, 150), "20m")),
    # A day: it is renewed long before its end, and never has a fortnight left.
    ("CertificateExpires", Quiet(certificate("client", 0.5, 0.5), "20m")),
)
