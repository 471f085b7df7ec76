"""The connector to Microsoft Dataverse (Dynamics 365 Sales), for the real service and the sandbox alike. No Django."""

from tallystick.dataverse.address import Address, parse_address
from tallystick.dataverse.auth import (
    PUBLIC_CLOUD,
    ClientCertificate,
    ClientSecret,
    Credentials,
    certificate_expiry,
)
from tallystick.dataverse.client import DataverseClient
from tallystick.dataverse.diagnosis import Diagnosis, Finding, Outcome
from tallystick.dataverse.errors import RightsMissing
from tallystick.dataverse.finance_rows import FinanceConnection
from tallystick.dataverse.installing import Imported, Progress, SolutionState, SolutionStatus
from tallystick.dataverse.lookup import Candidate
from tallystick.dataverse.privileges import MissingPrivilege, Right
from tallystick.dataverse.report import ConnectionReport
from tallystick.dataverse.roles import UserState
from tallystick.dataverse.side import DataverseSide
from tallystick.dataverse.webapi import Limits, Sent

__all__ = [
    "PUBLIC_CLOUD",
    "Address",
    "Candidate",
    "ClientCertificate",
    "ClientSecret",
    "ConnectionReport",
    "Credentials",
    "DataverseClient",
    "DataverseSide",
    "Diagnosis",
    "FinanceConnection",
    "Finding",
    "Imported",
    "Limits",
    "MissingPrivilege",
    "Outcome",
    "Progress",
    "Right",
    "RightsMissing",
    "Sent",
    "SolutionState",
    "SolutionStatus",
    "UserState",
    "certificate_expiry",
    "parse_address",
]
