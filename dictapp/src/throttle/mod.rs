//! Limits failed log-ins. A client belongs to one or more networks: its IPv4 address, or prefixes
//! of its IPv6 address. Failures are counted for a name in each network of the client, for each
//! network with any name, and for the name in all networks together.
//!
//! The first two counts refuse log-ins. The third only delays them, so that an attacker cannot lock
//! a user out: the log-in is accepted after the delay. A device on which the user has logged in
//! before is counted by itself, so that nobody else can lock it out, not even in the same network.
//!
//! New accounts, answers that a name is taken, wrong reset codes, reports of entries, and look-ups
//! of words that no book has are counted for each network in the same way. Some actions are counted
//! for each user ([`Action`]). A count is called a tally. It ends when its window has passed.

mod action;
mod tallies;
mod ticket;

use std::fmt;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, Instant};

use crate::lock::lock;
use crate::model::{Network, networks, smallest_network};
use crate::settings::Accounts;
pub use action::Action;
use tallies::{Slots, Tallies};
use ticket::Tickets;

/// Maximum number of reports of entries by one user in a network, within the window.
const REPORTS_OF_USER_MAX: u32 = 10;

/// Maximum number of look-ups of missing words that are counted for one network within the window.
/// A few visitors must not decide which missing words the administrators see.
const MISSING_WORDS_MAX: u32 = 300;

/// Maximum number of reports of entries by all guests of a network, such as a school, within the
/// window.
const REPORTS_OF_GUESTS_MAX: u32 = 30;

/// Counts failed log-ins in memory of a fixed size; each instance counts for itself.
pub struct Throttle {
    limits: Limits,
    /// The clock of tallies and tickets counts from this time.
    started: Instant,
    tickets: Tickets,
    counters: Mutex<Counters>,
}

/// The limits in the settings. Each number is the maximum within `window`.
struct Limits {
    of_name_in_network: u32,
    of_network: u32,
    of_name: u32,
    /// The wait before a log-in with a name that has reached `of_name`.
    delay: Duration,
    registrations: u32,
    window: Duration,
}

/// The counters for each kind of key. A flood of one kind does not affect the others.
struct Counters {
    names_in_networks: Tallies,
    networks: Tallies,
    names: Tallies,
}

/// A log-in: the name and the client.
#[derive(Clone, Copy, Debug)]
pub struct LogInFrom<'a> {
    /// The name, whether or not there is such a user.
    pub name: &'a str,
    /// The client's address.
    pub client: IpAddr,
    /// The ticket of a delayed log-in; may be empty.
    pub ticket: &'a str,
    /// Whether the device is known. A known one is not delayed, and failures of other devices do
    /// not count for it.
    pub device: Device,
}

/// Whether a user has logged in with this browser before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Device {
    /// The browser has proof of an earlier log-in of this user.
    Known,
    /// The browser has no such proof.
    Unknown,
}

/// The reason why a log-in may not begin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Throttled {
    /// Too many failed: try again after this time.
    Wait(Duration),
    /// The name is under attack from many networks: log in after the delay, with the ticket.
    Delay {
        /// The delay.
        delay: Duration,
        /// For [`LogInFrom::ticket`].
        ticket: String,
    },
}

/// A log-in or another limited action in progress. It is counted until its result is known, so that
/// simultaneous attempts cannot pass the limit. A result that does not count subtracts it again.
#[derive(Debug)]
#[must_use = "an attempt that is dropped is not counted"]
pub struct Attempt<'t> {
    throttle: &'t Throttle,
    counted: Vec<Counted>,
    outcome: Outcome,
}

/// What happens to the tallies when the attempt is dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    /// The attempt is subtracted.
    NotCounted,
    /// The attempt stays counted.
    Counted,
    /// The attempt and the earlier failures of its name in its networks are subtracted.
    LoggedIn,
}

/// A tally to which an attempt is added, and its maximum.
#[derive(Clone, Copy, Debug)]
struct Counted {
    kind: TallyKind,
    slots: Slots,
    max: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum TallyKind {
    NameInNetwork,
    Network,
    Name,
}

impl Throttle {
    /// A throttle with the limits in the settings.
    ///
    /// # Errors
    /// If the operating system has no random bytes.
    pub fn new(accounts: &Accounts) -> Result<Throttle, getrandom::Error> {
        let bounded = |limit: usize| u32::try_from(limit).unwrap_or(u32::MAX);
        Ok(Throttle {
            limits: Limits {
                of_name_in_network: bounded(accounts.login_failures_max),
                of_network: bounded(accounts.login_failures_per_network_max),
                of_name: bounded(accounts.login_failures_before_delay),
                delay: accounts.login_delay,
                registrations: bounded(accounts.registrations_per_network_max),
                window: accounts.login_failures_window,
            },
            started: Instant::now(),
            tickets: Tickets::new()?,
            counters: Mutex::new(Counters {
                names_in_networks: Tallies::new(),
                networks: Tallies::new(),
                names: Tallies::new(),
            }),
        })
    }

    /// Begins a log-in. The name need not exist.
    ///
    /// # Errors
    /// If too many log-ins have failed.
    pub fn begin_log_in(
        &self,
        LogInFrom { name, client, ticket, device }: LogInFrom<'_>,
        now: Instant,
    ) -> Result<Attempt<'_>, Throttled> {
        let now = now.saturating_duration_since(self.started);
        let mut counters = self.lock();
        let of_name = counters.name(name);
        let mut counted = match device {
            Device::Unknown => counters.networks_of("log-in", client, self.limits.of_network),
            // A device is known for one name only, so the tally of this name limits it.
            Device::Known => Vec::new(),
        };
        for network in networks(client) {
            let slots = counters.names_in_networks.slots((name, network, device));
            let max = self.limits.of_name_in_network.saturating_mul(network.share);
            counted.push(Counted { kind: TallyKind::NameInNetwork, slots, max });
        }
        refuse_if_full(&counters, &counted, now).map_err(Throttled::Wait)?;
        let is_attacked = counters.names.tally(of_name.slots, now).failures >= self.limits.of_name;
        let network = smallest_network(client);
        let may_pass = device == Device::Known || self.tickets.accepts(ticket, name, network, now);
        if is_attacked && !may_pass {
            let delay = self.limits.delay;
            return Err(Throttled::Delay {
                delay,
                ticket: self.tickets.issue(name, network, now + delay),
            });
        }
        counted.push(of_name);
        Ok(self.count(&mut counters, counted, now))
    }

    /// Begins a registration. If the name is free, the caller calls [`Attempt::keep_counted`].
    ///
    /// # Errors
    /// If there were too many from this network: how long to wait.
    pub fn begin_registration(
        &self,
        client: IpAddr,
        now: Instant,
    ) -> Result<Attempt<'_>, Duration> {
        self.begin_in_networks("registration", client, self.limits.registrations, now)
    }

    /// Begins a check whether a name is taken. If it is, call [`Attempt::keep_counted`].
    ///
    /// # Errors
    /// If this network has learned that too many names are taken: how long to wait.
    pub fn begin_name_check(&self, client: IpAddr, now: Instant) -> Result<Attempt<'_>, Duration> {
        self.begin_in_networks("taken name", client, self.limits.of_network, now)
    }

    /// Begins a report of an entry. Reports of a user are counted in each network, those of guests
    /// for the whole network. When the report is stored, call [`Attempt::keep_counted`].
    ///
    /// # Errors
    /// Too many reports: how long to wait.
    pub fn begin_report(
        &self,
        user: Option<&str>,
        client: IpAddr,
        now: Instant,
    ) -> Result<Attempt<'_>, Duration> {
        match user {
            Some(user) => {
                let purpose = format!("report of {user}");
                self.begin_in_networks(&purpose, client, REPORTS_OF_USER_MAX, now)
            }
            None => self.begin_in_networks("report", client, REPORTS_OF_GUESTS_MAX, now),
        }
    }

    /// Begins a check of a reset code. If the code is wrong, call [`Attempt::keep_counted`].
    ///
    /// # Errors
    /// If this network has sent too many wrong codes: how long to wait.
    pub fn begin_reset(&self, client: IpAddr, now: Instant) -> Result<Attempt<'_>, Duration> {
        self.begin_in_networks("reset code", client, self.limits.of_network, now)
    }

    /// Begins to count a look-up of a word that no book has. Call [`Attempt::keep_counted`].
    ///
    /// # Errors
    /// If there were too many from this network.
    pub fn begin_missing_word(
        &self,
        client: IpAddr,
        now: Instant,
    ) -> Result<Attempt<'_>, Duration> {
        self.begin_in_networks("missing word", client, MISSING_WORDS_MAX, now)
    }

    /// Begins an action of the user with this number; `None`: there is no known user. When the
    /// action counts, the caller calls [`Attempt::keep_counted`].
    ///
    /// # Errors
    /// If the user has done it too often: how long to wait.
    pub fn begin_action(
        &self,
        action: Action,
        user: Option<i64>,
        now: Instant,
    ) -> Result<Attempt<'_>, Duration> {
        let now = now.saturating_duration_since(self.started);
        let mut counters = self.lock();
        // These keys share the counters of the networks.
        let slots = counters.networks.slots((action.name(), user));
        let max = action.max(user);
        let counted = vec![Counted { kind: TallyKind::Network, slots, max }];
        refuse_if_full(&counters, &counted, now)?;
        Ok(self.count(&mut counters, counted, now))
    }

    /// Begins an attempt that is counted in each network of the client, under this purpose.
    fn begin_in_networks(
        &self,
        purpose: &str,
        client: IpAddr,
        max: u32,
        now: Instant,
    ) -> Result<Attempt<'_>, Duration> {
        let now = now.saturating_duration_since(self.started);
        let mut counters = self.lock();
        let counted = counters.networks_of(purpose, client, max);
        refuse_if_full(&counters, &counted, now)?;
        Ok(self.count(&mut counters, counted, now))
    }

    /// Adds one to these tallies. The attempt subtracts it again if it is not counted.
    fn count(&self, counters: &mut Counters, counted: Vec<Counted>, now: Duration) -> Attempt<'_> {
        for Counted { kind, slots, .. } in &counted {
            counters.of_mut(*kind).add(*slots, now, self.limits.window);
        }
        Attempt { throttle: self, counted, outcome: Outcome::NotCounted }
    }

    /// Ignores lock poisoning: no code panics between two writes that belong together.
    fn lock(&self) -> MutexGuard<'_, Counters> {
        lock(&self.counters)
    }
}

/// Fails if one of these tallies has reached its maximum. The error is the time until all of them
/// are below it.
fn refuse_if_full(counters: &Counters, counted: &[Counted], now: Duration) -> Result<(), Duration> {
    let wait = |one: &Counted| {
        let tally = counters.tallies_of(one.kind).tally(one.slots, now);
        Some(tally.left).filter(|left| tally.failures >= one.max && !left.is_zero())
    };
    counted.iter().filter_map(wait).max().map_or(Ok(()), Err)
}

impl Counters {
    /// The tally of a name in all networks. It only delays log-ins, so it has no maximum.
    fn name(&self, name: &str) -> Counted {
        Counted { kind: TallyKind::Name, slots: self.names.slots(name), max: u32::MAX }
    }

    /// The tallies of the client's networks for a purpose. The maximum of a network is `max` times
    /// its share.
    fn networks_of(&self, purpose: &str, client: IpAddr, max: u32) -> Vec<Counted> {
        let key = |network: Network| Counted {
            kind: TallyKind::Network,
            slots: self.networks.slots((purpose, network)),
            max: max.saturating_mul(network.share),
        };
        networks(client).into_iter().map(key).collect()
    }

    fn tallies_of(&self, kind: TallyKind) -> &Tallies {
        match kind {
            TallyKind::NameInNetwork => &self.names_in_networks,
            TallyKind::Network => &self.networks,
            TallyKind::Name => &self.names,
        }
    }

    fn of_mut(&mut self, kind: TallyKind) -> &mut Tallies {
        match kind {
            TallyKind::NameInNetwork => &mut self.names_in_networks,
            TallyKind::Network => &mut self.networks,
            TallyKind::Name => &mut self.names,
        }
    }
}

impl Attempt<'_> {
    /// Keeps the attempt counted: a wrong name or password, or a successful registration or report.
    pub fn keep_counted(mut self) {
        self.outcome = Outcome::Counted;
    }

    /// The password was right: earlier failures of this name in this network are subtracted.
    pub fn succeeded(mut self) {
        self.outcome = Outcome::LoggedIn;
    }
}

impl Drop for Attempt<'_> {
    fn drop(&mut self) {
        if self.outcome == Outcome::Counted {
            return;
        }
        let mut counters = self.throttle.lock();
        for Counted { kind, slots, .. } in &self.counted {
            let tallies = counters.of_mut(*kind);
            let failures = match (self.outcome, kind) {
                // At time zero no window has ended, so this returns all failures of the slots.
                (Outcome::LoggedIn, TallyKind::NameInNetwork) => {
                    tallies.tally(*slots, Duration::ZERO).failures
                }
                _ => 1,
            };
            tallies.subtract(*slots, failures);
        }
    }
}

impl fmt::Debug for Throttle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Throttle")
            .field("of_name_in_network", &self.limits.of_name_in_network)
            .field("of_network", &self.limits.of_network)
            .field("window", &self.limits.window)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
