//! Finds the host name in a valid authority (`host:port`), and whether the name is in a list.

/// Removes the port from an authority: `[::1]:80` becomes `[::1]`.
pub(crate) fn name(authority: &str) -> &str {
    match authority.rsplit_once(':') {
        Some((name, port)) if !port.ends_with(']') => name,
        _ => authority,
    }
}

/// Whether the name in an authority is one of these, in any letter case, with or without a final
/// dot.
pub(crate) fn is_one_of(authority: &str, names: &[String]) -> bool {
    let name = name(authority);
    let name = name.strip_suffix('.').unwrap_or(name);
    names.iter().any(|one| one.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_no_port() {
        for (authority, wanted) in
            [("a", "a"), ("a:80", "a"), ("a:", "a"), ("[::1]", "[::1]"), ("[::1]:80", "[::1]")]
        {
            assert_eq!(name(authority), wanted);
        }
    }

    #[test]
    fn a_host_is_served_only_if_its_whole_name_is_in_the_list() {
        let served = ["dict.example".to_owned(), "[::1]".to_owned()];
        for good in ["dict.example", "Dict.Example:8000", "dict.example.", "[::1]:80"] {
            assert!(is_one_of(good, &served), "{good}");
        }
        for bad in ["example", "xdict.example", "dict.example.evil", "dict.example..", "[::2]", "."]
        {
            assert!(!is_one_of(bad, &served), "{bad}");
        }
    }
}
