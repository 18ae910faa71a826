//! The program from outside: its command line, its files and its pages.

mod cli;
