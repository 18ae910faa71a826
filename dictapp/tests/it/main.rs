//! The integration tests of the dictionary, one file a part.

mod lexicon;
