//! Parses a line of a DICT client (RFC 2229 §2 and §3): `DEFINE * "ice cream"` asks for the
//! definitions of `ice cream` in all databases.

/// The databases that a command names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Databases {
    /// `*`: all databases.
    All,
    /// `!`: the first database with a match.
    FirstWithMatch,
    /// One database by its name.
    Named(String),
}

/// A command with its parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Command {
    Define { databases: Databases, word: String },
    Match { databases: Databases, strategy: String, word: String },
    ShowDatabases,
    ShowStrategies,
    ShowInfo(String),
    ShowServer,
    Client,
    Status,
    OptionMime,
    Help,
    Auth,
    Quit,
}

/// Why a line is not a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WrongCommand {
    /// The first word is not a command.
    Unknown,
    /// A parameter is missing or surplus, or the line is not UTF-8.
    Parameters,
    /// The command exists, but not with this parameter.
    Unimplemented,
}

impl WrongCommand {
    /// The status code of the reply.
    pub(super) fn code(self) -> u16 {
        match self {
            WrongCommand::Unknown => 500,
            WrongCommand::Parameters => 501,
            WrongCommand::Unimplemented => 503,
        }
    }

    /// The text of the reply's status line.
    pub(super) fn text(self) -> &'static str {
        match self {
            WrongCommand::Unknown => "syntax error, command not recognized",
            WrongCommand::Parameters => "syntax error, illegal parameters",
            WrongCommand::Unimplemented => "command parameter not implemented",
        }
    }
}

impl Command {
    /// Parses a line without its end. As the server `dictd` does, it accepts the short commands D,
    /// M, S, H and Q, and ignores words after `CLIENT`, `STATUS`, `HELP` and `QUIT`. If D and M
    /// name no database they mean `*`, and M without a strategy means `.`, the server's default.
    pub(super) fn parse(line: &str) -> Result<Command, WrongCommand> {
        let words = split(line);
        let (name, parameters) = words.split_first().ok_or(WrongCommand::Unknown)?;
        match (name.to_ascii_uppercase().as_str(), parameters) {
            ("DEFINE" | "D", [database, word]) => Ok(define(database, word)),
            ("D", [word]) => Ok(define("*", word)),
            ("MATCH" | "M", [database, strategy, word]) => Ok(matching(database, strategy, word)),
            ("M", [strategy, word]) => Ok(matching("*", strategy, word)),
            ("M", [word]) => Ok(matching("*", ".", word)),
            ("SHOW", [what, rest @ ..]) => show(what, rest),
            ("OPTION", [what]) if what.eq_ignore_ascii_case("MIME") => Ok(Command::OptionMime),
            ("OPTION", [_]) => Err(WrongCommand::Unimplemented),
            ("CLIENT", _) => Ok(Command::Client),
            ("STATUS" | "S", _) => Ok(Command::Status),
            ("HELP" | "H", _) => Ok(Command::Help),
            ("QUIT" | "Q", _) => Ok(Command::Quit),
            ("AUTH", [_, _]) | ("SASLAUTH", [_, _]) | ("SASLRESP", [_]) => Ok(Command::Auth),
            (
                "DEFINE" | "D" | "MATCH" | "M" | "SHOW" | "OPTION" | "AUTH" | "SASLAUTH"
                | "SASLRESP",
                _,
            ) => Err(WrongCommand::Parameters),
            _ => Err(WrongCommand::Unknown),
        }
    }
}

fn define(database: &str, word: &str) -> Command {
    Command::Define { databases: databases(database), word: word.to_owned() }
}

fn matching(database: &str, strategy: &str, word: &str) -> Command {
    let (strategy, word) = (strategy.to_owned(), word.to_owned());
    Command::Match { databases: databases(database), strategy, word }
}

fn show(what: &str, rest: &[String]) -> Result<Command, WrongCommand> {
    match (what.to_ascii_uppercase().as_str(), rest) {
        ("DB" | "DATABASES", []) => Ok(Command::ShowDatabases),
        ("STRAT" | "STRATEGIES", []) => Ok(Command::ShowStrategies),
        ("INFO", [name]) => Ok(Command::ShowInfo(name.clone())),
        ("SERVER", []) => Ok(Command::ShowServer),
        ("DB" | "DATABASES" | "STRAT" | "STRATEGIES" | "INFO" | "SERVER", _) => {
            Err(WrongCommand::Parameters)
        }
        _ => Err(WrongCommand::Unimplemented),
    }
}

fn databases(name: &str) -> Databases {
    match name {
        "*" => Databases::All,
        "!" => Databases::FirstWithMatch,
        name => Databases::Named(name.to_owned()),
    }
}

/// Splits a line into words at spaces and tabs. A part of a word may be in single or double quotes,
/// which are removed; a backslash escapes the next character, also in quotes (RFC 2229 §2.2). As in
/// `dictd`, the end of the line closes a quote.
fn split(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote: Option<char> = None;
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        match (c, quote) {
            ('\\', _) => word.get_or_insert_default().extend(chars.next()),
            (c, Some(open)) if c == open => quote = None,
            (c, Some(_)) => word.get_or_insert_default().push(c),
            ('"' | '\'', None) => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (' ' | '\t', None) => words.extend(word.take()),
            (c, None) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn define(line: &str, name: &str, word: &str) {
        let expected =
            Command::Define { databases: Databases::Named(name.to_owned()), word: word.to_owned() };
        assert_eq!(Command::parse(line), Ok(expected), "{line}");
    }

    #[test]
    fn quotes_and_backslashes_make_one_word() {
        define("DEFINE en-zh apple", "en-zh", "apple");
        define("define en-zh \"ice cream\"", "en-zh", "ice cream");
        define("D en-zh 'ice cream'", "en-zh", "ice cream");
        define("DEFINE en-zh ice\\ cream", "en-zh", "ice cream");
        define("DEFINE en-zh \"say \\\"hi\\\"\"", "en-zh", "say \"hi\"");
        define("DEFINE  en-zh\t苹果 ", "en-zh", "苹果");
        define("DEFINE en-zh ice\" cream\"", "en-zh", "ice cream");
    }

    #[test]
    fn a_star_and_an_exclamation_mark_are_databases() {
        for (name, databases) in [("*", Databases::All), ("!", Databases::FirstWithMatch)] {
            let line = format!("MATCH {name} . app");
            let (strategy, word) = (".".to_owned(), "app".to_owned());
            assert_eq!(Command::parse(&line), Ok(Command::Match { databases, strategy, word }));
        }
    }

    #[test]
    fn the_end_of_a_line_closes_a_quote() {
        define("DEFINE en-zh \"ice cream", "en-zh", "ice cream");
        define("DEFINE en-zh don't", "en-zh", "dont");
        define("DEFINE en-zh apple\\", "en-zh", "apple");
        define("DEFINE en-zh \"\"", "en-zh", "");
    }

    #[test]
    fn the_short_forms_of_dictd_are_commands() {
        for (short, long) in [
            ("d apple", "DEFINE * apple"),
            ("D ! apple", "DEFINE ! apple"),
            ("M apple", "MATCH * . apple"),
            ("M prefix apple", "MATCH * prefix apple"),
            ("S", "STATUS"),
            ("H", "HELP"),
            ("q", "QUIT"),
            ("CLIENT", "CLIENT \"a b\" c"),
            ("STATUS now", "STATUS"),
            ("HELP me", "HELP"),
            ("QUIT now", "QUIT"),
        ] {
            assert_eq!(Command::parse(short), Command::parse(long), "{short}");
            assert!(Command::parse(short).is_ok(), "{short}");
        }
    }

    #[test]
    fn a_wrong_line_has_the_code_of_its_fault() {
        for (line, code) in [
            (" ", 500),
            ("HELLO", 500),
            ("GET / HTTP/1.1", 500),
            ("DEFINE", 501),
            ("DEFINE en-zh", 501),
            ("DEFINE apple", 501),
            ("MATCH prefix apple", 501),
            ("AUTH", 501),
            ("SHOW DB now", 501),
            ("DEFINE en-zh a b", 501),
            ("SHOW", 501),
            ("SHOW INFO", 501),
            ("SHOW NOTHING", 503),
            ("OPTION UTF9", 503),
        ] {
            assert_eq!(Command::parse(line).unwrap_err().code(), code, "{line:?}");
        }
    }
}
