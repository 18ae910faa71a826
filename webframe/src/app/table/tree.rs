//! The tree of patterns: finds the number (the index) of a route by the segments of a path.

use http::Method;

use super::super::routes::Methods;
use crate::{
    url::pattern::{Segment, segment_kind},
    wire::target,
};

/// A node of the tree: the patterns with a common beginning, by their next segment.
#[derive(Default)]
pub(super) struct Node {
    /// The patterns whose next segment is this text.
    plain: Vec<(&'static str, Node)>,
    /// The patterns whose next segment is a parameter `{name}`.
    one: Option<Box<Node>>,
    /// The routes of the pattern whose next and last segment is `{*name}`.
    rest: Vec<(Methods, u32)>,
    /// The routes of the pattern that ends here.
    here: Vec<(Methods, u32)>,
    /// The fallback for paths below this node that match no pattern.
    fallback: Option<u32>,
}

/// Chooses the route for a request among those of a pattern, if there is one.
pub(super) type Pick<'a> = dyn FnMut(&[(Methods, u32)]) -> Option<u32> + 'a;

/// Why a route cannot be added to the tree.
pub(super) enum Mistake {
    /// The pattern has a mistake, which this text describes.
    Pattern(String),
    /// The route with this number answers the same requests.
    Taken(u32),
}

impl Node {
    /// Adds the route with this number.
    ///
    /// # Errors
    /// The pattern has a mistake, or another route answers the same requests.
    pub(super) fn insert(
        &mut self,
        methods: &Methods,
        pattern: &'static str,
        number: u32,
    ) -> Result<(), Mistake> {
        let below = pattern.strip_prefix('/').ok_or("a pattern begins with /")?;
        let mut node = self;
        let mut segments = below.split('/').peekable();
        while let Some(segment) = segments.next() {
            match segment_kind(segment)? {
                Segment::Rest if segments.peek().is_some() => {
                    return Err(format!("{segment} is not the last segment").into());
                }
                Segment::Rest if *methods == Methods::Fallback => {
                    // Tables that are nested below the same prefix share this node.
                    return match node.fallback.replace(number) {
                        Some(_) => Err("the table has two fallbacks".into()),
                        None => Ok(()),
                    };
                }
                Segment::Rest => return add(&mut node.rest, methods, number),
                Segment::One => node = node.one.get_or_insert_default(),
                Segment::Plain => node = node.child(segment),
            }
        }
        add(&mut node.here, methods, number)
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

    /// Calls `pick` with the routes of every matching pattern, the most specific first, until
    /// `pick` returns a route. `below` is the rest of the path; `None` after the last segment.
    pub(super) fn find(&self, below: Option<&[u8]>, pick: &mut Pick<'_>) -> Option<u32> {
        let Some(below) = below else { return pick(&self.here) };
        let (segment, rest) = split_segment(below);
        for (text, child) in &self.plain {
            if target::is_segment(segment, text)
                && let Some(number) = child.find(rest, pick)
            {
                return Some(number);
            }
        }
        if !segment.is_empty()
            && let Some(number) = self.one.as_ref().and_then(|one| one.find(rest, pick))
        {
            return Some(number);
        }
        pick(&self.rest)
    }

    /// The fallback of the deepest subtree that contains the path. `below` is as in [`Node::find`].
    pub(super) fn find_fallback(&self, below: Option<&[u8]>) -> Option<u32> {
        let Some(below) = below else { return self.fallback };
        let (segment, rest) = split_segment(below);
        let plain = self.plain.iter().filter(|child| target::is_segment(segment, child.0));
        let one = self.one.iter().filter(|_| !segment.is_empty());
        plain
            .map(|child| &child.1)
            .chain(one.map(|one| &**one))
            .find_map(|node| node.find_fallback(rest))
            .or(self.fallback)
    }
}

/// The route of a pattern that answers a method.
pub(super) fn choose(methods: &[(Methods, u32)], method: &Method) -> Option<u32> {
    let one = |wanted: &Method| {
        methods
            .iter()
            .find(|(methods, _)| matches!(methods, Methods::One(method) if method == wanted))
            .map(|found| found.1)
    };
    let get = || one(&Method::GET).filter(|_| method == Method::HEAD);
    one(method).or_else(get).or_else(|| number_of(methods, &Methods::Any))
}

/// The route that is declared for exactly these methods.
fn number_of(methods: &[(Methods, u32)], wanted: &Methods) -> Option<u32> {
    methods.iter().find(|found| found.0 == *wanted).map(|found| found.1)
}

/// Splits off the first segment, and returns it and the rest. `None`: it was the last segment.
fn split_segment(below: &[u8]) -> (&[u8], Option<&[u8]>) {
    match memchr::memchr(b'/', below) {
        Some(slash) => (&below[..slash], Some(&below[slash + 1..])),
        None => (below, None),
    }
}

fn add(list: &mut Vec<(Methods, u32)>, methods: &Methods, number: u32) -> Result<(), Mistake> {
    if let Some(other) = number_of(list, methods) {
        return Err(Mistake::Taken(other));
    }
    list.push((methods.clone(), number));
    Ok(())
}

impl From<String> for Mistake {
    fn from(text: String) -> Mistake {
        Mistake::Pattern(text)
    }
}

impl From<&str> for Mistake {
    fn from(text: &str) -> Mistake {
        Mistake::Pattern(text.to_owned())
    }
}
