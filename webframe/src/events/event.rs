//! An event and its encoding in an event stream.

/// An event: its data, and the name by which a page listens for it.
///
/// ```
/// use webframe::Event;
///
/// let event = Event::json("entry", &serde_json::json!({ "id": 7 }))?;
/// assert_eq!(event, Event::text(r#"{"id":7}"#).named("entry"));
/// # Ok::<(), webframe::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    name: Option<String>,
    data: String,
}

impl Event {
    /// An event with this text. All kinds of line ends become LF.
    pub fn text(data: impl Into<String>) -> Event {
        Event { name: None, data: data.into() }
    }

    /// A named event with a value as JSON.
    ///
    /// Needs the feature `json`.
    ///
    /// # Errors
    /// 500 if the value cannot be written as JSON, such as a map with keys that are not text.
    #[cfg(feature = "json")]
    pub fn json(name: &str, value: &impl serde::Serialize) -> crate::Result<Event> {
        let data = serde_json::to_string(value).map_err(crate::Error::internal)?;
        Ok(Event::text(data).named(name))
    }

    /// The same event with a name. Without a name a page receives it as `message`. Line ends in the
    /// name are removed.
    #[must_use]
    pub fn named(mut self, name: &str) -> Event {
        self.name = Some(name.replace(['\r', '\n'], ""));
        self
    }

    /// Encodes the event as lines of text, with the empty line that ends it.
    pub(super) fn encode(&self, id: Option<&str>) -> Vec<u8> {
        let mut lines = String::with_capacity(self.data.len() + 64);
        if let Some(name) = &self.name {
            lines.extend(["event: ", name, "\n"]);
        }
        if let Some(id) = id {
            lines.extend(["id: ", id, "\n"]);
        }
        for line in self.data.replace("\r\n", "\n").split(['\r', '\n']) {
            lines.extend(["data: ", line, "\n"]);
        }
        lines.push('\n');
        lines.into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn encodes(event: &Event, id: Option<&str>, lines: &str) {
        assert_eq!(String::from_utf8(event.encode(id)).expect("text"), lines);
    }

    #[test]
    fn each_line_of_the_data_is_a_data_line() {
        encodes(&Event::text("a"), None, "data: a\n\n");
        encodes(&Event::text("a\nb\r\nc\rd"), None, "data: a\ndata: b\ndata: c\ndata: d\n\n");
        encodes(&Event::text(""), None, "data: \n\n");
        encodes(&Event::text(" a\n"), None, "data:  a\ndata: \n\n");
    }

    #[test]
    fn a_name_cannot_begin_another_line() {
        let event = Event::text("x").named("a\ndata: forged");
        encodes(&event, Some("1-2"), "event: adata: forged\nid: 1-2\ndata: x\n\n");
    }
}
