"""Models and endpoint configurations: names for what is to be hosted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from test.fakes.aws.errors import invalid
from test.fakes.aws.jobs import new_record
from test.fakes.aws.machines import find_machine
from test.fakes.aws.records import LOCK, Records
from test.fakes.aws.sagemaker.common import arn, check_image, check_role
from test.fakes.aws.sagemaker.listing import listed

if TYPE_CHECKING:
    from collections.abc import Callable

    from test.fakes.aws.host import Host
    from test.fakes.aws.protocol import Call, Params, Result
    from test.fakes.aws.records import Record


class Models:
    """Operations of both."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._models = Records(host.state / "sagemaker-models")
        self._configs = Records(host.state / "sagemaker-endpoint-configs")
        self.operations: dict[str, Callable[[Call], Result | None]] = {
            "CreateModel": self._create_model,
            "DescribeModel": lambda call: _model_described(self.model(call.params["ModelName"], call.region)),
            "DeleteModel": self._delete_model,
            "ListModels": self._list_models,
            "CreateEndpointConfig": self._create_config,
            "DescribeEndpointConfig": lambda call: _config_described(
                self.config(call.params["EndpointConfigName"], call.region)
            ),
            "DeleteEndpointConfig": self._delete_config,
            "ListEndpointConfigs": self._list_configs,
        }

    def model(self, name: str, region: str) -> Record:
        """A model by its name.

        Raises:
            ServiceError: there is none.
        """
        found = self._models.find(name)
        if found is None:
            raise invalid(f'Could not find model "{arn(region, f"model/{name.lower()}")}".')
        return found

    def config(self, name: str, region: str) -> Record:
        """An endpoint configuration by its name.

        Raises:
            ServiceError: there is none.
        """
        found = self._configs.find(name)
        if found is None:
            raise invalid(f'Could not find endpoint configuration "{arn(region, f"endpoint-config/{name.lower()}")}".')
        return found

    def _create_model(self, call: Call) -> Result:
        params = call.params
        for container in _containers(params):
            if "Image" not in container and "ModelPackageName" not in container:
                raise invalid("A container must have an Image or a ModelPackageName")
            if "Image" in container:
                check_image(container["Image"])
        if "ExecutionRoleArn" in params:
            check_role(self._host, call, params["ExecutionRoleArn"])
        with LOCK:
            if self._models.find(params["ModelName"]) is not None:
                shown = arn(call.region, f"model/{params['ModelName'].lower()}")
                raise invalid(f'Cannot create already existing model "{shown}".')
            record = new_record("model", params["ModelName"], call.region, "", request=params)
            self._models.put(params["ModelName"], record)
        return {"ModelArn": _model_arn(record)}

    def _delete_model(self, call: Call) -> None:
        self._models.remove(self.model(call.params["ModelName"], call.region)["name"])

    def _list_models(self, call: Call) -> Result:
        shown, token = listed(self._models, call.params)
        models = [
            {"ModelName": each["name"], "ModelArn": _model_arn(each), "CreationTime": each["created"]} for each in shown
        ]
        return {"Models": models, "NextToken": token}

    def _create_config(self, call: Call) -> Result:
        params = call.params
        for variant in params["ProductionVariants"]:
            find_machine(variant.get("InstanceType", ""))
            self.model(variant.get("ModelName", ""), call.region)
        with LOCK:
            name = params["EndpointConfigName"]
            if self._configs.find(name) is not None:
                shown = arn(call.region, f"endpoint-config/{name.lower()}")
                raise invalid(f'Cannot create already existing endpoint configuration "{shown}".')
            record = new_record("endpoint-config", name, call.region, "", request=params)
            self._configs.put(name, record)
        return {"EndpointConfigArn": _config_arn(record)}

    def _delete_config(self, call: Call) -> None:
        self._configs.remove(self.config(call.params["EndpointConfigName"], call.region)["name"])

    def _list_configs(self, call: Call) -> Result:
        shown, token = listed(self._configs, call.params)
        configs = [
            {
                "EndpointConfigName": each["name"],
                "EndpointConfigArn": _config_arn(each),
                "CreationTime": each["created"],
            }
            for each in shown
        ]
        return {"EndpointConfigs": configs, "NextToken": token}


def _containers(params: Params) -> list[Params]:
    primary = params.get("PrimaryContainer")
    return [primary] if primary is not None else list(params.get("Containers", []))


def _model_arn(record: Record) -> str:
    return arn(record["region"], f"model/{record['name'].lower()}")


def _config_arn(record: Record) -> str:
    return arn(record["region"], f"endpoint-config/{record['name'].lower()}")


def _model_described(record: Record) -> Result:
    given = {key: each for key, each in record["request"].items() if key != "Tags"}
    return {
        "EnableNetworkIsolation": False,
        **given,
        "ModelArn": _model_arn(record),
        "CreationTime": record["created"],
    }


def _config_described(record: Record) -> Result:
    given = {key: each for key, each in record["request"].items() if key != "Tags"}
    return {**given, "EndpointConfigArn": _config_arn(record), "CreationTime": record["created"]}
