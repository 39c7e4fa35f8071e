"""Jobs for Spark: one entry file a job, transforms as functions DataFrame -> DataFrame."""
