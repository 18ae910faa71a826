//! What the fuzz targets of `webframe/fuzz` ask for and nobody else may: bytes to the values behind the private readers.

use serde::de::DeserializeOwned;

use crate::{
    Limits, Multipart,
    wire::multipart::{Delimiter, PartLimits},
};

/// The pairs of a form.
///
/// # Errors
/// As for a request's form.
pub fn form<T: DeserializeOwned>(bytes: &[u8], pairs_max: usize) -> crate::Result<T> {
    crate::form::parse(bytes, pairs_max, "form")
}

/// The cookies of a request's fields.
pub fn cookies<'r>(fields: &[(&'r str, &'r [u8])]) -> Vec<(&'r str, &'r str)> {
    crate::cookie::pairs(fields.iter().copied()).collect()
}

/// The parts of a form with files.
///
/// # Errors
/// As for a request's form.
pub fn multipart<'b>(
    content_type: &[u8],
    body: &'b [u8],
    limits: &Limits,
) -> crate::Result<Multipart<'b>> {
    Multipart::parse(body.into(), &Delimiter::of(content_type)?, &PartLimits::of(limits))
}
