//! Cookies (RFC 6265bis): the fields of a request to pairs, and a cookie to a field.

/// The cookies of a request in the order they came.
pub(crate) fn pairs<'r>(
    fields: impl Iterator<Item = (&'r str, &'r [u8])>,
) -> impl Iterator<Item = (&'r str, &'r str)> {
    fields
        .filter(|field| field.0.eq_ignore_ascii_case("cookie"))
        .filter_map(|field| std::str::from_utf8(field.1).ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
}
