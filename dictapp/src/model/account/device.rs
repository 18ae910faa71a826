//! Turns the header field `User-Agent` into a short name by which users recognise their devices.

/// A text in a `User-Agent`, and the name to show if the `User-Agent` contains it. The first match
/// counts, since most browsers also name other browsers.
const BROWSERS: [(&str, &str); 8] = [
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("MicroMessenger", "WeChat"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
    ("curl", "curl"),
];

/// The same for operating systems and devices: the `User-Agent` of an iPhone also contains
/// `Mac OS X`, that of an Android device `Linux`.
const SYSTEMS: [(&str, &str); 7] = [
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
];

/// A label like "Firefox, Windows"; empty if nothing is recognised.
pub fn device_label(user_agent: &str) -> String {
    let first_match = |names: &[(&str, &'static str)]| {
        names.iter().find(|(text, _)| user_agent.contains(text)).map(|(_, name)| *name)
    };
    let found = [first_match(&BROWSERS), first_match(&SYSTEMS)];
    found.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_the_browser_and_the_system() {
        for (user_agent, label) in [
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0",
                "Firefox, Windows",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36 Edg/126.0",
                "Edge, Windows",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Mobile/15E148 Safari/604.1",
                "Safari, iPhone",
            ),
            (
                "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36",
                "Chrome, Android",
            ),
            ("<script>", ""),
        ] {
            assert_eq!(device_label(user_agent), label);
        }
    }
}
