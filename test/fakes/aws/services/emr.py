"""EMR: the calls about clusters and steps."""

from __future__ import annotations

import secrets
import string
from typing import TYPE_CHECKING, Any

from test.fakes.aws.errors import ServiceError, invalid
from test.fakes.aws.host import ACCOUNT
from test.fakes.aws.jobs import Threads, new_record
from test.fakes.aws.machines import GIB, MACHINES, find_machine
from test.fakes.aws.protocol import now
from test.fakes.aws.records import LOCK, Records
from test.fakes.aws.services.emr_cluster import ClusterLife
from test.fakes.aws.services.paging import page
from test.fakes.aws.services.releases import check_release

if TYPE_CHECKING:
    from collections.abc import Callable

    from test.fakes.aws.host import Host
    from test.fakes.aws.protocol import Call, Params, Result
    from test.fakes.aws.records import Record

CLUSTER_ENDED = {"TERMINATED", "TERMINATED_WITH_ERRORS"}
STEP_ENDED = {"COMPLETED", "CANCELLED", "FAILED", "INTERRUPTED"}
PAGE = 50
MAX_ACTIVE_STEPS = 256


class Emr:
    """Its operations."""

    name = "emr"

    def __init__(self, host: Host) -> None:
        self._host = host
        self._clusters = Records(host.state / "emr-clusters")
        self._steps = Records(host.state / "emr-steps")
        self._threads = Threads()
        self.operations: dict[str, Callable[[Call], Result | None]] = {
            "RunJobFlow": self._run_job_flow,
            "DescribeCluster": lambda call: {"Cluster": _cluster_described(self._cluster(call.params["ClusterId"]))},
            "ListClusters": self._list_clusters,
            "TerminateJobFlows": self._terminate_job_flows,
            "AddJobFlowSteps": self._add_job_flow_steps,
            "ListSteps": self._list_steps,
            "ListInstances": self._list_instances,
            "DescribeStep": lambda call: {"Step": _step_described(self._step(call))},
            "CancelSteps": self._cancel_steps,
            "ListSupportedInstanceTypes": _list_types,
            "PutAutoTerminationPolicy": self._put_policy,
            "GetAutoTerminationPolicy": self._get_policy,
            "RemoveAutoTerminationPolicy": self._remove_policy,
        }

    def resume(self) -> None:
        """Goes on with what another fake has left."""
        for cluster in self._clusters:
            if cluster["state"] not in CLUSTER_ENDED:
                self._live(cluster["id"])

    def jobs(self) -> list[Record]:
        """Every step and cluster, for `GET /_fake/jobs`."""
        return [*self._clusters, *self._steps]

    def join(self, seconds: float) -> None:
        """Waits for the threads."""
        self._threads.join(seconds)

    def _live(self, key: str) -> None:
        life = ClusterLife(self._host, self._clusters, self._steps, self._threads, key)
        self._threads.start(f"cluster {key}", life.live)

    def _cluster(self, key: str) -> Record:
        found = self._clusters.find(key)
        if found is None:
            raise ServiceError("InvalidRequestException", f"Cluster id '{key}' is not valid.")
        return found

    def _step(self, call: Call) -> Record:
        cluster = self._cluster(call.params["ClusterId"])
        found = self._steps.find(call.params["StepId"])
        if found is None or found["cluster"] != cluster["id"]:
            raise ServiceError("InvalidRequestException", f"Step id '{call.params['StepId']}' is not valid.")
        return found

    def _run_job_flow(self, call: Call) -> Result:
        params = call.params
        if "ReleaseLabel" not in params:
            raise invalid("ReleaseLabel is required for creating cluster.")
        check_release(params["ReleaseLabel"])
        for name, shown in (("ServiceRole", "ServiceRole"), ("JobFlowRole", "InstanceProfile")):
            if name not in params:
                raise invalid(f"{shown} is required for creating cluster.")
        for instance_type in instance_types(params["Instances"]).values():
            find_machine(instance_type)
        if self._host.faults.take(call.service, call.operation, "quota"):
            text = "The number of instances for this request exceeds your EC2 quota."
            raise ServiceError("ValidationException", text)
        key = f"j-{_random_id()}"
        record = new_record("cluster", params["Name"], call.region, "STARTING")
        record |= {"id": key, "request": params, "reason": {}, "errors": [], "idleTimeout": None, "idleSince": None}
        record["idleTimeout"] = params.get("AutoTerminationPolicy", {}).get("IdleTimeout")
        record["faults"] = self._host.faults.take_each(call.service, call.operation, "capacity", "unassumable-role")
        if _account(params["ServiceRole"]) not in {None, ACCOUNT}:
            record["faults"]["unassumable-role"] = {}
        with LOCK:
            self._clusters.put(key, record)
            self._add(key, params.get("Steps", []), call)
        self._live(key)
        return {"JobFlowId": key, "ClusterArn": _cluster_arn(record)}

    def _list_clusters(self, call: Call) -> Result:
        wanted = call.params.get("ClusterStates")
        found = [
            each
            for each in reversed(list(self._clusters))
            if (wanted is None or each["state"] in wanted)
            and call.params.get("CreatedAfter", 0) <= each["created"] <= call.params.get("CreatedBefore", 2**40)
        ]
        shown, marker = page(found, PAGE, call.params.get("Marker"))
        names = ("Id", "Name", "Status", "NormalizedInstanceHours", "ClusterArn")
        described = [_cluster_described(each) for each in shown]
        return {"Clusters": [{name: each[name] for name in names} for each in described], "Marker": marker}

    def _terminate_job_flows(self, call: Call) -> None:
        found = [self._cluster(key) for key in call.params["JobFlowIds"]]
        for each in found:
            if each["request"]["Instances"].get("TerminationProtected"):
                raise invalid("Could not shut down one or more job flows since they are termination protected.")
        for each in found:
            if each["state"] not in CLUSTER_ENDED:
                reason = {"Code": "USER_REQUEST", "Message": "Terminated by user request"}
                self._clusters.update(each["id"], stopAsked=True, stopReason=reason, modified=now())

    def _add_job_flow_steps(self, call: Call) -> Result:
        cluster = self._clusters.find(call.params["JobFlowId"])
        if cluster is None:
            raise invalid("Specified job flow ID does not exist.")
        with LOCK:
            cluster = self._cluster(cluster["id"])
            if cluster["state"] in {*CLUSTER_ENDED, "TERMINATING"} or cluster["stopAsked"]:
                raise invalid("A job flow that is shutting down, terminating, or finished may not be modified.")
            active = [each for each in self._steps if _is_active(each, cluster["id"])]
            if len(active) + len(call.params["Steps"]) > MAX_ACTIVE_STEPS:
                raise invalid(f"Maximum number of active steps(State = 'Running', 'Pending' or 'Cancel_Pending') for "
                              f"cluster exceeded: {MAX_ACTIVE_STEPS}")  # fmt: skip
            return {"StepIds": self._add(cluster["id"], call.params["Steps"], call)}

    def _add(self, cluster: str, steps: list[Params], call: Call) -> list[str]:
        keys = []
        for step in steps:
            key = f"s-{_random_id()}"
            record = new_record("step", step["Name"], call.region, "PENDING")
            record |= {"id": key, "cluster": cluster, "request": step, "reason": {}, "failure": None}
            record["role"] = call.params.get("ExecutionRoleArn")
            record["faults"] = self._host.faults.take_each(call.service, "AddJobFlowSteps", "preempt", "late-log")
            self._steps.put(key, record)
            keys.append(key)
        return keys

    def _list_instances(self, call: Call) -> Result:
        cluster = self._cluster(call.params["ClusterId"])
        wanted = call.params.get("InstanceStates")
        steps = [each for each in self._steps if each["cluster"] == cluster["id"]]
        lost = [each for step in steps for each in step.get("lostMachines", [])]
        found = [each for each in _machines(cluster, lost) if wanted is None or each["Status"]["State"] in wanted]
        shown, marker = page(found, PAGE, call.params.get("Marker"))
        return {"Instances": shown, "Marker": marker}

    def _list_steps(self, call: Call) -> Result:
        cluster = self._cluster(call.params["ClusterId"])
        states, ids = call.params.get("StepStates"), call.params.get("StepIds")
        found = [
            each
            for each in reversed(list(self._steps))  # newest first
            if each["cluster"] == cluster["id"]
            and (states is None or each["state"] in states)
            and (ids is None or each["id"] in ids)
        ]
        shown, marker = page(found, PAGE, call.params.get("Marker"))
        left_out = {"ExecutionRoleArn"}
        steps = [{k: v for k, v in _step_described(each).items() if k not in left_out} for each in shown]
        return {"Steps": steps, "Marker": marker}

    def _cancel_steps(self, call: Call) -> Result:
        cluster = self._cluster(call.params["ClusterId"])
        answers = []
        with LOCK:
            for key in call.params["StepIds"]:
                step = self._steps.find(key)
                if step is None or step["cluster"] != cluster["id"]:
                    raise ServiceError("InvalidRequestException", f"Step id '{key}' is not valid.")
                if step["state"] in STEP_ENDED:
                    reason = f"Cannot cancel step in {step['state']} state."
                    answers.append({"StepId": key, "Status": "FAILED", "Reason": reason})
                    continue
                how = call.params.get("StepCancellationOption", "SEND_INTERRUPT")
                if step["state"] == "PENDING":
                    self._steps.update(key, state="CANCELLED", stopAsked=True, endedAt=now(), modified=now())
                else:
                    self._steps.update(key, state="CANCEL_PENDING", stopAsked=True, stopHow=how, modified=now())
                answers.append({"StepId": key, "Status": "SUBMITTED"})
        return {"CancelStepsInfoList": answers}

    def _put_policy(self, call: Call) -> Result:
        cluster = self._cluster(call.params["ClusterId"])
        seconds = call.params.get("AutoTerminationPolicy", {}).get("IdleTimeout")
        if seconds is not None and not 60 <= seconds <= 604_800:  # noqa: PLR2004 - one minute to seven days
            raise invalid("Auto-termination policy idle timeout must be between 60 and 604800 seconds.")
        self._clusters.update(cluster["id"], idleTimeout=seconds)
        return {}

    def _get_policy(self, call: Call) -> Result:
        seconds = self._cluster(call.params["ClusterId"])["idleTimeout"]
        return {} if seconds is None else {"AutoTerminationPolicy": {"IdleTimeout": seconds}}

    def _remove_policy(self, call: Call) -> Result:
        self._clusters.update(self._cluster(call.params["ClusterId"])["id"], idleTimeout=None)
        return {}


def _list_types(call: Call) -> Result:
    check_release(call.params.get("ReleaseLabel", ""))
    shown, marker = page(sorted(MACHINES), PAGE, call.params.get("Marker"))
    types = [
        {
            "Type": name,
            "VCPU": MACHINES[name].cpus,
            "MemoryGB": MACHINES[name].memory_bytes / GIB,
            "InstanceFamilyId": name.partition(".")[0],
            "Is64BitsOnly": True,
            "Architecture": "AARCH64" if name.partition(".")[0].endswith("g") else "X86_64",
        }
        for name in shown
    ]
    return {"SupportedInstanceTypes": types, "Marker": marker}


def instance_types(instances: Params) -> dict[str, str]:
    """Instance type by role, whichever way it was asked for."""
    found = {
        "MASTER": instances.get("MasterInstanceType", "m5.xlarge"),
        "CORE": instances.get("SlaveInstanceType", instances.get("MasterInstanceType", "m5.xlarge")),
    }
    for group in instances.get("InstanceGroups", []):
        found[group["InstanceRole"]] = group["InstanceType"]
    for fleet in instances.get("InstanceFleets", []):
        for each in fleet.get("InstanceTypeConfigs", [])[:1]:
            found[fleet["InstanceFleetType"]] = each["InstanceType"]
    return found


def _machines(cluster: Record, lost: list[Record]) -> list[Result]:
    """Those that live, or ended with the cluster, and those that EC2 took before; another came in the place of each."""
    groups = cluster["request"]["Instances"].get("InstanceGroups", [{"InstanceRole": "MASTER", "InstanceCount": 1}])
    state = "TERMINATED" if cluster["state"] in CLUSTER_ENDED else "RUNNING"
    numbers = range(sum(group["InstanceCount"] for group in groups))
    own: list[tuple[str, str, Result, float | None]] = [
        (f"i-{cluster['id'][2:].lower()}{number}", state, {}, cluster.get("endedAt")) for number in numbers
    ]
    reason = {"Code": "INSTANCE_FAILURE", "Message": "Instance was terminated by EC2"}
    gone = [(each["id"], "TERMINATED", reason, each["endedAt"]) for each in lost]
    return [
        {
            "Id": f"c{key}",
            "Ec2InstanceId": key,
            "Status": {
                "State": now_is,
                "StateChangeReason": because,
                "Timeline": {"CreationDateTime": cluster["created"], "EndDateTime": ended},
            },
        }
        for key, now_is, because, ended in (*own, *gone)
    ]


def _is_active(step: Record, cluster: str) -> bool:
    return step["cluster"] == cluster and step["state"] not in STEP_ENDED


def _random_id() -> str:
    return "".join(secrets.choice(string.ascii_uppercase + string.digits) for _ in range(13))


def _account(role: str) -> str | None:
    return role.split(":")[4] if role.startswith("arn:") else None


def _cluster_arn(record: Record) -> str:
    return f"arn:aws:elasticmapreduce:{record['region']}:{ACCOUNT}:cluster/{record['id']}"


def _cluster_described(record: Record) -> Result:
    request: dict[str, Any] = record["request"]
    instances = request["Instances"]
    steps_only = not instances.get("KeepJobFlowAliveWhenNoSteps", False)
    timeline = {"CreationDateTime": record["created"], "ReadyDateTime": record.get("readyAt")}
    return {
        "Id": record["id"],
        "Name": record["name"],
        "ClusterArn": _cluster_arn(record),
        "Status": {
            "State": record["state"],
            "StateChangeReason": record["reason"],
            "Timeline": {**timeline, "EndDateTime": record.get("endedAt")},
            "ErrorDetails": record["errors"],
        },
        "Ec2InstanceAttributes": {
            "IamInstanceProfile": request["JobFlowRole"],
            "Ec2SubnetId": instances.get("Ec2SubnetId"),
        },
        "InstanceCollectionType": "INSTANCE_FLEET" if "InstanceFleets" in instances else "INSTANCE_GROUP",
        "LogUri": request.get("LogUri"),
        "ReleaseLabel": request["ReleaseLabel"],
        "AutoTerminate": steps_only,
        "TerminationProtected": instances.get("TerminationProtected", False),
        "VisibleToAllUsers": True,
        "Applications": request.get("Applications", []),
        "Tags": request.get("Tags", []),
        "ServiceRole": request["ServiceRole"],
        "NormalizedInstanceHours": 0,
        "MasterPublicDnsName": f"ip-10-0-1-16.{record['region']}.compute.internal",
        "Configurations": request.get("Configurations", []),
        "ScaleDownBehavior": "TERMINATE_AT_TASK_COMPLETION",
        "StepConcurrencyLevel": request.get("StepConcurrencyLevel", 1),
    }


def _step_described(record: Record) -> Result:
    jar = record["request"]["HadoopJarStep"]
    return {
        "Id": record["id"],
        "Name": record["name"],
        "Config": {
            "Jar": jar["Jar"],
            "Args": jar.get("Args", []),
            "MainClass": jar.get("MainClass"),
            "Properties": {each["Key"]: each["Value"] for each in jar.get("Properties", [])},
        },
        "ActionOnFailure": record["request"].get("ActionOnFailure", "TERMINATE_CLUSTER"),
        "Status": {
            "State": record["state"],
            "StateChangeReason": record["reason"],
            "FailureDetails": record["failure"],
            "Timeline": {
                "CreationDateTime": record["created"],
                "StartDateTime": record.get("startedAt"),
                "EndDateTime": record.get("endedAt"),
            },
        },
        "ExecutionRoleArn": record["role"],
    }
