//! The online dictionary (电子词典): an app on `webframe`.

pub mod books;
pub mod model;
pub mod store;
pub mod import;
