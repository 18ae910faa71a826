//! The table of URLs: method and path to the handler behind them.
//!
//! A pattern is segments: plain text, `{name}` for one segment whatever it holds (an encoded slash
//! too), and at the end `{*name}` for all the rest. Plain text wins over `{name}`, `{name}` over
//! `{*name}`. Both sides are compared decoded, segment by segment.

use http::Method;

use super::{
    handler::Handler,
    pattern::{Segment, segment_kind},
};
use crate::pace::Pace;
use crate::wire::target;

/// The table of URLs of an app; mistakes in it are told when the app is bound.
pub struct Urls<S> {
    routes: Vec<Route<S>>,
    /// Patterns without parameters by their length, which tells most of them apart: what most
    /// requests ask for is found in one look.
    fixed: Vec<Vec<(&'static [u8], Method, u32)>>,
    root: Node,
    mistakes: Vec<String>,
}

pub(crate) struct Route<S> {
    pub(crate) pattern: &'static str,
    pub(crate) handler: Box<dyn Handler<S>>,
    pub(crate) pace: Pace,
}

#[derive(Default)]
struct Node {
    plain: Vec<(&'static str, Node)>,
    one: Option<Box<Node>>,
    rest: Vec<(Method, u32)>,
    here: Vec<(Method, u32)>,
}

/// Takes one of the methods of a place, or none of them.
type Pick<'a> = dyn FnMut(&[(Method, u32)]) -> Option<u32> + 'a;

/// What a method and a path lead to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// The route of that number.
    Route(u32),
    /// A place that takes other methods.
    WrongMethod,
    /// Nothing lies there.
    Nothing,
}

impl<S> Default for Urls<S> {
    fn default() -> Urls<S> {
        Urls { routes: Vec::new(), fixed: Vec::new(), root: Node::default(), mistakes: Vec::new() }
    }
}

impl<S> Urls<S> {
    /// An empty table.
    pub fn new() -> Urls<S> {
        Urls::default()
    }

    /// GET (and with it HEAD) of a pattern.
    #[must_use]
    pub fn get(self, pattern: &'static str, handler: impl Handler<S>) -> Urls<S> {
        self.on(&Method::GET, pattern, handler)
    }

    /// POST to a pattern.
    #[must_use]
    pub fn post(self, pattern: &'static str, handler: impl Handler<S>) -> Urls<S> {
        self.on(&Method::POST, pattern, handler)
    }

    /// Any other method of a pattern.
    #[must_use]
    pub fn on(
        mut self,
        method: &Method,
        pattern: &'static str,
        handler: impl Handler<S>,
    ) -> Urls<S> {
        let number = u32::try_from(self.routes.len()).unwrap_or(u32::MAX);
        let pace = handler.pace();
        if let Some(mistake) = handler.mistake() {
            self.mistakes.push(format!("{method} {pattern}: {mistake}"));
        }
        self.routes.push(Route { pattern, handler: Box::new(handler), pace });
        if let Err(mistake) = self.root.insert(method, pattern, number) {
            self.mistakes.push(format!("{method} {pattern}: {mistake}"));
        } else if !pattern.contains('{') {
            let length = pattern.len();
            self.fixed.resize_with(self.fixed.len().max(length + 1), Vec::new);
            self.fixed[length].push((pattern.as_bytes(), method.clone(), number));
        }
        self
    }

    pub(crate) fn mistakes(&self) -> &[String] {
        &self.mistakes
    }

    pub(crate) fn route(&self, number: u32) -> Option<&Route<S>> {
        self.routes.get(number as usize)
    }

    pub(crate) fn find(&self, method: &Method, path: &[u8]) -> Found {
        let wanted = if method == Method::HEAD { &Method::GET } else { method };
        if let Some(number) = self.find_fixed(wanted, path) {
            return Found::Route(number);
        }
        let below = path.strip_prefix(b"/").unwrap_or(path);
        if let Some(number) = self.root.find(Some(below), &mut |methods| number_of(methods, wanted))
        {
            return Found::Route(number);
        }
        let mut known = false;
        self.root.find(Some(below), &mut |methods| {
            known |= !methods.is_empty();
            None
        });
        if known { Found::WrongMethod } else { Found::Nothing }
    }

    /// A route whose pattern is the path itself: nothing is more special.
    fn find_fixed(&self, wanted: &Method, path: &[u8]) -> Option<u32> {
        let same = self.fixed.get(path.len())?;
        same.iter().find(|fixed| fixed.0 == path && fixed.1 == *wanted).map(|fixed| fixed.2)
    }

    /// The methods that a path takes, for `Allow`.
    pub(crate) fn allowed(&self, path: &[u8]) -> Vec<Method> {
        let mut allowed = vec![Method::OPTIONS];
        let below = path.strip_prefix(b"/").unwrap_or(path);
        self.root.find(Some(below), &mut |methods| {
            allowed.extend(methods.iter().map(|method| method.0.clone()));
            None
        });
        if allowed.contains(&Method::GET) {
            allowed.push(Method::HEAD);
        }
        allowed.sort_by(|a, b| a.as_str().cmp(b.as_str()));
        allowed.dedup();
        allowed
    }

    /// Whether any pattern takes this method; if none does, it is not implemented.
    pub(crate) fn takes(&self, method: &Method) -> bool {
        self.root.takes(method)
    }
}

fn number_of(methods: &[(Method, u32)], wanted: &Method) -> Option<u32> {
    methods.iter().find(|method| method.0 == *wanted).map(|method| method.1)
}

impl Node {
    fn insert(
        &mut self,
        method: &Method,
        pattern: &'static str,
        number: u32,
    ) -> Result<(), String> {
        let below = pattern.strip_prefix('/').ok_or("a pattern begins with /")?;
        let mut node = self;
        let mut segments = below.split('/').peekable();
        while let Some(segment) = segments.next() {
            match segment_kind(segment)? {
                Segment::Rest if segments.peek().is_some() => {
                    return Err(format!("{segment} is not the last segment"));
                }
                Segment::Rest => return take(&mut node.rest, method, number),
                Segment::One => node = node.one.get_or_insert_default(),
                Segment::Plain => node = node.child(segment),
            }
        }
        take(&mut node.here, method, number)
    }

    fn child(&mut self, segment: &'static str) -> &mut Node {
        let at = match self.plain.iter().position(|child| child.0 == segment) {
            Some(at) => at,
            None => {
                self.plain.push((segment, Node::default()));
                self.plain.len() - 1
            }
        };
        &mut self.plain[at].1
    }

    /// Offers the methods of every matching place to `pick`, the most special first, until it
    /// takes one. `below` is the path not walked yet, `None` at its end.
    fn find(&self, below: Option<&[u8]>, pick: &mut Pick<'_>) -> Option<u32> {
        let Some(below) = below else { return pick(&self.here) };
        let (segment, further) = match memchr::memchr(b'/', below) {
            Some(slash) => (&below[..slash], Some(&below[slash + 1..])),
            None => (below, None),
        };
        for (text, child) in &self.plain {
            if target::is_segment(segment, text)
                && let Some(number) = child.find(further, pick)
            {
                return Some(number);
            }
        }
        if !segment.is_empty()
            && let Some(number) = self.one.as_ref().and_then(|one| one.find(further, pick))
        {
            return Some(number);
        }
        pick(&self.rest)
    }

    fn takes(&self, method: &Method) -> bool {
        number_of(&self.here, method).or(number_of(&self.rest, method)).is_some()
            || self.plain.iter().any(|child| child.1.takes(method))
            || self.one.as_ref().is_some_and(|one| one.takes(method))
    }
}

fn take(methods: &mut Vec<(Method, u32)>, method: &Method, number: u32) -> Result<(), String> {
    if number_of(methods, method).is_some() {
        return Err("another pattern already takes the same requests".to_owned());
    }
    methods.push((method.clone(), number));
    Ok(())
}

impl<S> std::fmt::Debug for Urls<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.routes.iter().map(|route| route.pattern)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Request, Response, Result};

    fn ok(_: &(), _: &Request) -> Result<Response> {
        Ok(Response::default())
    }

    fn table() -> Urls<()> {
        Urls::new()
            .get("/", ok)
            .get("/word/random", ok)
            .get("/word/{word}", ok)
            .post("/word/{word}/note", ok)
            .get("/static/{*path}", ok)
    }

    #[test]
    fn plain_text_wins_over_a_parameter_and_a_parameter_over_the_rest() {
        let urls = table();
        let find = |path: &str| urls.find(&Method::GET, path.as_bytes());
        assert_eq!(find("/"), Found::Route(0));
        assert_eq!(find("/word/random"), Found::Route(1));
        assert_eq!(find("/word/rand%6Fm"), Found::Route(1));
        assert_eq!(find("/word/and%2For"), Found::Route(2));
        assert_eq!(find("/static/a/b"), Found::Route(4));
        assert_eq!(find("/word"), Found::Nothing);
        assert_eq!(find("/word/"), Found::Nothing);
        assert_eq!(find("/word/a/b"), Found::Nothing);
    }

    #[test]
    fn goes_back_to_the_parameter_where_the_plain_text_leads_nowhere() {
        assert_eq!(table().find(&Method::POST, b"/word/random/note"), Found::Route(3));
    }

    #[test]
    fn another_method_is_told_apart_from_nothing() {
        let urls = table();
        assert_eq!(urls.find(&Method::HEAD, b"/"), Found::Route(0));
        assert_eq!(urls.find(&Method::POST, b"/"), Found::WrongMethod);
        assert_eq!(urls.allowed(b"/word/x"), [Method::GET, Method::HEAD, Method::OPTIONS]);
        assert_eq!(urls.allowed(b"/word/x/note"), [Method::OPTIONS, Method::POST]);
    }

    #[test]
    fn mistakes_in_the_table_name_the_pattern() {
        let urls =
            table().get("/word/{other}", ok).get("x", ok).get("/{*a}/b", ok).get("/a{b}", ok);
        let mistakes = urls.mistakes();
        assert_eq!(mistakes.len(), 4);
        assert!(mistakes[0].starts_with("GET /word/{other}: another pattern"));
    }
}
