"""The connector to Microsoft Dataverse (Dynamics 365 Sales), for the real service and the sandbox alike. No Django."""

from tallystick.dataverse.address import Address, parse_address
from tallystick.dataverse.auth import PUBLIC_CLOUD, ClientCertificate, ClientSecret, Credentials
from tallystick.dataverse.client import DataverseClient
from tallystick.dataverse.diagnosis import Diagnosis, Finding, Outcome
from tallystick.dataverse.installing import Imported, Progress, SolutionState, SolutionStatus
from tallystick.dataverse.lookup import Candidate
from tallystick.dataverse.privileges import MissingPrivilege, Right
from tallystick.dataverse.report import ConnectionReport
from tallystick.dataverse.side import DataverseSide
from tallystick.dataverse.webapi import Sent

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
    "Finding",
    "Imported",
    "MissingPrivilege",
    "Outcome",
    "Progress",
    "Right",
    "Sent",
    "SolutionState",
    "SolutionStatus",
    "parse_address",
]
