//! `cargo xtask contract`: checks the running API against its OpenAPI description. `schemathesis`
//! generates requests of every kind from the description. A response with a status of 500 or more,
//! or one that does not match the description, is a failure.

use anyhow::{Context, Result, bail};
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::arguments::Arguments;
use crate::harness::instance::{Profile, build};
use crate::harness::server::Server;
use crate::steps::cargo::target;
use crate::steps::python::Tool;
use crate::steps::{step, succeed};

pub(crate) const ABOUT: &str =
    "check the API against its OpenAPI description with schemathesis (a part of test)";

/// The version is fixed because a new one may find more faults.
const SCHEMATHESIS: Tool = Tool { program: "schemathesis", package: "schemathesis==4.32.5" };

/// The checks of schemathesis that each response must pass.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance";

/// Generated requests for each operation; all together take less than a minute.
const EXAMPLES: &str = "20";

/// The methods that are tried on a path if the description has no operation for them. Not QUERY:
/// the server answers 501 to unknown methods (RFC 9110 §15.6.2), which is correct.
const CONFIGURATION: &str = "[phases.coverage]\n\
    unexpected-methods = [\"GET\", \"PUT\", \"POST\", \"DELETE\", \"PATCH\", \"OPTIONS\", \"TRACE\"]\n";

/// The path of the log-out, which would end the session that the requests use.
const LOG_OUT: &str = "/api/v1/sessions/current";

/// The user of the requests.
const USER: &str = "{\"name\": \"Contract\", \"password\": \"ladder violet kettle\"}";

pub(crate) fn run(arguments: Arguments) -> Result<()> {
    arguments.finish()?;
    check()
}

/// Builds the program, runs it in a folder below the target folder, and runs schemathesis twice:
/// with the token of a user and without one.
pub(crate) fn check() -> Result<()> {
    step("the API matches its description", || {
        let schemathesis = SCHEMATHESIS.install()?;
        let program = build(Profile::Dev)?;
        let target = std::path::absolute(target())?;
        let folder = target.join("contract");
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::create_dir_all(&folder)?;
        let configuration = folder.join("schemathesis.toml");
        fs::write(&configuration, CONFIGURATION)?;
        let server = serve(&program, &folder)?;
        let base = format!("http://{}", server.address);
        let token = token(&base)?;
        let test = |token| test(&schemathesis, &configuration, &base, token);
        test(Some(token.as_str()))?;
        test(None)
    })
}

fn serve(program: &Path, folder: &Path) -> Result<Server> {
    let database = folder.join("dictapp.db");
    let command = format!(
        "{} --address 127.0.0.1:{{port}} --database sqlite:{} --set api.requests_per_minute_max=1000000 \
         --set log.access=false",
        program.display(),
        database.display(),
    );
    Server::start(&command, &folder.join("log"))
}

/// Registers the user; returns the token of the session.
fn token(base: &str) -> Result<String> {
    let mut curl = Command::new("curl");
    curl.args(["--silent", "--fail", "--json", USER]).arg(format!("{base}/api/v1/accounts"));
    let output = curl.output().context("cannot start curl")?;
    if !output.status.success() {
        bail!("the user of the test cannot register: {}", output.status);
    }
    let answer = String::from_utf8(output.stdout)?;
    let token = answer.split_once("\"token\":\"").and_then(|(_, rest)| rest.split_once('"'));
    Ok(token.context("the answer has no token")?.0.to_owned())
}

/// Runs schemathesis. With a token every operation except the log-out is tested, without one every
/// operation.
fn test(schemathesis: &Path, configuration: &Path, base: &str, token: Option<&str>) -> Result<()> {
    let mut command = Command::new(schemathesis);
    command.arg("--config-file").arg(configuration);
    command.args(["run", &format!("{base}/api/v1/openapi.json"), "--url", base]);
    command.args(["--checks", CHECKS, "--max-examples", EXAMPLES, "--no-color"]);
    command.args(["--phases", "examples,coverage,fuzzing", "--seed", "1"]);
    if let Some(token) = token {
        command.args(["--header", &format!("Authorization: Bearer {token}")]);
        command.args(["--exclude-path", LOG_OUT]);
    }
    // schemathesis writes files to its working directory.
    command.current_dir(std::env::temp_dir());
    succeed(&mut command).context("an answer is not as described")
}
