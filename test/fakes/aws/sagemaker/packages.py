"""Model package groups and the versions in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from test.fakes.aws.errors import ServiceError, invalid
from test.fakes.aws.jobs import new_record
from test.fakes.aws.protocol import now
from test.fakes.aws.records import LOCK, Records
from test.fakes.aws.sagemaker.common import arn
from test.fakes.aws.sagemaker.listing import listed

if TYPE_CHECKING:
    from collections.abc import Callable

    from test.fakes.aws.host import Host
    from test.fakes.aws.protocol import Call, Result
    from test.fakes.aws.records import Record

_NOT_ECHOED = {"ClientToken", "Tags"}


class ModelPackages:
    """Operations of both."""

    def __init__(self, host: Host) -> None:
        self._groups = Records(host.state / "sagemaker-model-package-groups")
        self._packages = Records(host.state / "sagemaker-model-packages")
        self.operations: dict[str, Callable[[Call], Result | None]] = {
            "CreateModelPackageGroup": self._create_group,
            "DescribeModelPackageGroup": self._describe_group,
            "DeleteModelPackageGroup": self._delete_group,
            "ListModelPackageGroups": self._list_groups,
            "CreateModelPackage": self._create,
            "DescribeModelPackage": lambda call: _described(self._package(call.params["ModelPackageName"])),
            "UpdateModelPackage": self._update,
            "DeleteModelPackage": self._delete,
            "ListModelPackages": self._list,
        }  # fmt: skip

    def _group(self, name: str, call: Call) -> Record:
        found = self._groups.find(name.rpartition("/")[2])
        if found is None:
            shown = arn(call.region, f"model-package-group/{name}")
            raise invalid(f"ModelPackageGroup {shown} does not exist.")
        return found

    def _package(self, key: str) -> Record:
        found = self._packages.find(key)
        if found is None:
            raise invalid(f"ModelPackage {key} does not exist.")
        return found

    def _create_group(self, call: Call) -> Result:
        name = call.params["ModelPackageGroupName"]
        with LOCK:
            if self._groups.find(name) is not None:
                shown = arn(call.region, f"model-package-group/{name.lower()}")
                raise invalid(f"Model Package Group already exists: {shown}")
            record = new_record("model-package-group", name, call.region, "Completed", request=call.params, versions=0)
            self._groups.put(name, record)
        return {"ModelPackageGroupArn": _group_arn(record)}

    def _describe_group(self, call: Call) -> Result:
        return _group_described(self._group(call.params["ModelPackageGroupName"], call))

    def _delete_group(self, call: Call) -> None:
        group = self._group(call.params["ModelPackageGroupName"], call)
        if any(each["group"] == group["name"] for each in self._packages):
            raise ServiceError("ConflictException", "Model Package Group cannot be deleted: it has model packages")
        self._groups.remove(group["name"])

    def _list_groups(self, call: Call) -> Result:
        shown, token = listed(self._groups, call.params)
        groups = [
            {
                "ModelPackageGroupName": each["name"],
                "ModelPackageGroupArn": _group_arn(each),
                "CreationTime": each["created"],
                "ModelPackageGroupStatus": each["state"],
            }
            for each in shown
        ]
        return {"ModelPackageGroupSummaryList": groups, "NextToken": token}

    def _create(self, call: Call) -> Result:
        params = call.params
        if "ModelPackageGroupName" not in params:
            raise invalid("only versioned packages are kept here: give ModelPackageGroupName")
        with LOCK:
            group = self._group(params["ModelPackageGroupName"], call)
            token = params.get("ClientToken")
            for each in self._packages:
                if token is not None and each["request"].get("ClientToken") == token:
                    if each["request"] != params:
                        text = f"Client token {token} was used with other parameters"
                        raise ServiceError("ConflictException", text)
                    return {"ModelPackageArn": each["name"]}
            version = group["versions"] + 1
            key = arn(call.region, f"model-package/{group['name'].lower()}/{version}")
            self._groups.update(group["name"], versions=version)
            record = new_record("model-package", key, call.region, "Completed", request=params)
            record |= {"group": group["name"], "version": version}
            record["approval"] = params.get("ModelApprovalStatus", "PendingManualApproval")
            self._packages.put(key, record)
        return {"ModelPackageArn": key}

    def _update(self, call: Call) -> Result:
        record = self._package(call.params["ModelPackageArn"])
        changes = {key: each for key, each in call.params.items() if key == "ApprovalDescription"}
        metadata = {
            **record["request"].get("CustomerMetadataProperties", {}),
            **call.params.get("CustomerMetadataProperties", {}),
        }
        for key in call.params.get("CustomerMetadataPropertiesToRemove", []):
            metadata.pop(key, None)
        if metadata:
            changes["CustomerMetadataProperties"] = metadata
        approval = call.params.get("ModelApprovalStatus", record["approval"])
        request = {**record["request"], **changes}
        self._packages.update(record["name"], approval=approval, request=request, modified=now())
        return {"ModelPackageArn": record["name"]}

    def _delete(self, call: Call) -> None:
        self._packages.remove(self._package(call.params["ModelPackageName"])["name"])

    def _list(self, call: Call) -> Result:
        group = call.params.get("ModelPackageGroupName")
        approval = call.params.get("ModelApprovalStatus")
        found = [
            each
            for each in self._packages
            if (group is None or each["group"] == group.rpartition("/")[2])
            and (approval is None or each["approval"] == approval)
        ]
        shown, token = listed(found, call.params)
        names = [
            *("ModelPackageGroupName", "ModelPackageVersion", "ModelPackageArn", "CreationTime"),
            *("ModelPackageStatus", "ModelApprovalStatus", "ModelPackageDescription"),
        ]
        packages = [{name: _described(each).get(name) for name in names} for each in shown]
        return {"ModelPackageSummaryList": packages, "NextToken": token}


def _group_arn(record: Record) -> str:
    return arn(record["region"], f"model-package-group/{record['name'].lower()}")


def _group_described(record: Record) -> Result:
    return {
        "ModelPackageGroupName": record["name"],
        "ModelPackageGroupArn": _group_arn(record),
        "ModelPackageGroupDescription": record["request"].get("ModelPackageGroupDescription"),
        "CreationTime": record["created"],
        "CreatedBy": {},
        "ModelPackageGroupStatus": record["state"],
    }


def _described(record: Record) -> Result:
    given = {key: each for key, each in record["request"].items() if key not in _NOT_ECHOED}
    return {
        **given,
        "ModelPackageName": f"{record['group']}/{record['version']}",
        "ModelPackageGroupName": record["group"],
        "ModelPackageVersion": record["version"],
        "ModelPackageArn": record["name"],
        "CreationTime": record["created"],
        "LastModifiedTime": record["modified"],
        "ModelPackageStatus": record["state"],
        "ModelPackageStatusDetails": {"ValidationStatuses": [], "ImageScanStatuses": []},
        "ModelApprovalStatus": record["approval"],
    }
