"""SageMaker: containers that run as processes of this machine."""
