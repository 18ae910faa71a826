//! Compares the OpenAPI description with the table of URLs. `cargo xtask contract` checks the
//! responses.

use std::collections::BTreeSet;

use super::Program;
use crate::pages::site::Site;

/// The paths of the API, as `src/paths.rs` has them.
fn paths() -> BTreeSet<&'static str> {
    let source = include_str!("../../../../src/paths.rs");
    let literals = source.split('"').skip(1).step_by(2);
    literals.filter(|text| text.starts_with("/api/v1/")).collect()
}

#[test]
fn every_path_and_method_of_the_api_is_described() {
    let site = Site::start();
    let program = Program::new(&site);
    let document = program.get("/api/v1/openapi.json").json();
    let described = document["paths"].as_object().unwrap();
    assert_eq!(described.keys().map(String::as_str).collect::<BTreeSet<_>>(), paths());
    let mut names = BTreeSet::new();
    for (path, operations) in described {
        let target = path.replace("{word}", "apple").replace("{name}", "Levi");
        let options = program.ask("OPTIONS", &target, None);
        let allowed = options.field("allow").unwrap().to_lowercase();
        let allowed = allowed.split(", ").filter(|it| !["head", "options"].contains(it));
        let operations = operations.as_object().unwrap();
        let methods: BTreeSet<&str> =
            operations.keys().map(String::as_str).filter(|key| *key != "parameters").collect();
        assert_eq!(methods, allowed.collect(), "{path}");
        for method in methods {
            let operation = &operations[method];
            let name = operation["operationId"].as_str().unwrap();
            assert!(names.insert(name.to_owned()), "{name} is there twice");
            assert_eq!(operation["responses"]["304"].is_object(), method == "get", "{name}");
            assert!(operation["responses"]["default"].is_object(), "{name}");
        }
    }
    assert!(names.contains("get_words_word"), "{names:?}");
}

#[test]
fn every_reference_of_the_description_leads_to_a_schema() {
    let site = Site::start();
    let document = Program::new(&site).get("/api/v1/openapi.json").json();
    let text = document.to_string();
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let mut used = BTreeSet::new();
    for rest in text.split("\"#/components/schemas/").skip(1) {
        used.insert(rest.split('"').next().unwrap());
    }
    assert_eq!(used, schemas.keys().map(String::as_str).collect());
}
