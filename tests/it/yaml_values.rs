//! yaml_values
