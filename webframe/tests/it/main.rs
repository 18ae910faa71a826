//! webframe from outside, as an app and its peers see it.

mod static_files;
