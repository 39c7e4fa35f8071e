import botocore.session
import pytest

from test.fakes.aws.errors import ServiceError
from test.fakes.aws.validation import _check_text, check


def shapes(service):
    model = botocore.session.Session().get_service_model(service)
    return {name: model.shape_for(name) for name in model.shape_names}


@pytest.mark.parametrize("service", ["emr", "emr-serverless", "sagemaker", "sagemaker-runtime"])
def test_every_pattern_of_a_services_model_can_be_checked(service):
    for shape in shapes(service).values():
        if shape.type_name == "string":
            _check_text("x", shape, "value", [])


def input_of(service, operation):
    return botocore.session.Session().get_service_model(service).operation_model(operation).input_shape


@pytest.mark.parametrize(
    ("params", "complaint"),
    [
        ({}, "Value null at 'processingJobName' failed to satisfy constraint: Member must not be null"),
        (
            {"ProcessingJobName": 3},
            "Value at 'processingJobName' failed to satisfy constraint: Member must be a string",
        ),
        ({"ProcessingJobName": "a", "Colour": "red"}, "Unknown member 'colour'"),
        ({"ProcessingJobName": "a b"}, "Member must satisfy regular expression pattern: .*a-zA-Z0-9"),
        ({"ProcessingJobName": ""}, "Member must satisfy regular expression pattern"),
    ],
)
def test_a_violation_is_told_in_the_services_words(params, complaint):
    with pytest.raises(ServiceError, match=complaint):
        check(params, input_of("sagemaker", "DescribeProcessingJob"))


def test_characters_beyond_the_first_plane_are_text():
    check({"ClusterId": "j-😀"}, input_of("emr", "DescribeCluster"))
