//! Values that layers (middleware) store in a request for the handler. The handler finds them by
//! their type.

use std::{any::Any, fmt, sync::OnceLock};

/// A list that only grows while the request is answered, so that references to its values stay
/// valid. It allocates nothing before the first value.
#[derive(Default)]
pub(crate) struct Values {
    first: OnceLock<Box<Node>>,
}

struct Node {
    value: Box<dyn Any + Send + Sync>,
    next: OnceLock<Box<Node>>,
}

impl Values {
    /// Adds a value at the end of the list.
    pub(crate) fn put(&self, value: impl Any + Send + Sync) {
        let mut node = Box::new(Node { value: Box::new(value), next: OnceLock::new() });
        let mut end = &self.first;
        while let Err(rejected) = end.set(node) {
            node = rejected;
            let Some(last) = end.get() else { return }; // never: the cell was full
            end = &last.next;
        }
    }

    /// The latest value of this type.
    pub(crate) fn get<T: Any>(&self) -> Option<&T> {
        self.all().last()
    }

    /// All values of this type in the order they were put.
    pub(crate) fn all<T: Any>(&self) -> impl Iterator<Item = &T> {
        let nodes = std::iter::successors(self.first.get(), |node| node.next.get());
        nodes.filter_map(|node| node.value.downcast_ref())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.first.get().is_none()
    }

    /// Drops all values. This runs code of the app, which may panic.
    pub(crate) fn clear(&mut self) {
        self.first.take();
    }
}

impl fmt::Debug for Values {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Values").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_value_of_a_type_is_found_and_an_earlier_one_stays_readable() {
        let mut values = Values::default();
        assert!(values.is_empty() && values.get::<u8>().is_none());
        values.put(1_u8);
        let first = values.get::<u8>();
        values.put("text");
        values.put(2_u8);
        assert_eq!((first, values.get::<u8>()), (Some(&1), Some(&2)));
        assert_eq!(values.get::<&str>(), Some(&"text"));
        values.clear();
        assert!(values.is_empty());
    }
}
