//! Catches panics in code of the app, so that its caller continues.

use std::{
    any::Any,
    mem,
    panic::{AssertUnwindSafe, catch_unwind},
};

/// Calls code of the app, and returns its result or the text of its panic.
///
/// # Errors
/// If it panics. The error is the text of the panic.
pub(crate) fn catch<T>(act: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(act)).map_err(|panic| {
        let text = text(&*panic);
        // Dropping the payload runs code of the app too. If that panics, the second payload is
        // never dropped.
        if let Err(another) = catch_unwind(AssertUnwindSafe(|| drop(panic))) {
            mem::forget(another);
        }
        text
    })
}

/// The description of a panic: its text, if its payload is one.
fn text(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    format!("a panic: {}", text.unwrap_or("without a text"))
}

#[cfg(test)]
mod tests {
    use super::*;

    struct PanicsWhenDropped;

    impl Drop for PanicsWhenDropped {
        fn drop(&mut self) {
            std::panic::panic_any(PanicsWhenDropped);
        }
    }

    #[test]
    fn a_panic_is_its_text() {
        assert_eq!(catch(|| 1), Ok(1));
        assert_eq!(catch(|| panic!("said {}", 2)), Err::<(), _>("a panic: said 2".to_owned()));
    }

    #[test]
    fn a_payload_that_panics_when_dropped_is_caught() {
        let caught = catch(|| std::panic::panic_any(PanicsWhenDropped));
        assert_eq!(caught, Err::<(), _>("a panic: without a text".to_owned()));
    }
}
