//! The database of the simulated world permits what PostgreSQL does: the same is asked of both, at random, and the same is answered. So what the
//! worlds of three machines show is not about a database that nobody has.

use super::super::fence::Fence;
use super::super::linked::ChainEnd;
use super::super::simulated_database::{Database as Simulated, Tried};
use super::super::{Act, Batch, Tree};
use super::holding::{self, Asked};
use super::session::Session;
use super::tests::{database, opened, plain_client};
use crate::config::Database;
use crate::journal::JournalError;
use crate::journal::lease::{AwakeClock, Lease};
use crate::journal::renewal::Renewed;
use std::sync::Arc;
use std::time::Duration;

/// Long enough to end only when it is told to.
const LEASE: Duration = Duration::from_secs(1_000);
const STEPS: usize = 400;

/// What both are asked.
#[derive(Clone, Copy, Debug)]
enum Step {
    Take(&'static str),
    Renew(u64, &'static str),
    GiveBack(u64),
    /// Under that number, after that many commits: how far from the truth.
    Commit(u64, u64),
    LeaseEnds,
}

/// What one of them answers.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Answer {
    Taken(u64),
    HeldBy(String),
    Renewed(bool),
    Done,
    Made,
    Lost,
    SetBack,
    NotNow,
}

fn answer_to(error: &JournalError) -> Answer {
    match error {
        JournalError::LeaseLost { .. } => Answer::Lost,
        JournalError::Damaged { .. } => Answer::SetBack,
        _ => Answer::NotNow,
    }
}

struct Real {
    settings: Database,
    session: Session,
    runtime: tokio::runtime::Runtime,
    client: tokio_postgres::Client,
    end: ChainEnd,
}

impl Real {
    fn begin() -> Self {
        let settings = Database {
            lease: LEASE,
            ..database()
        };
        // Makes the tables.
        drop(opened(&settings));
        let (runtime, client) = plain_client(&settings);
        let session = Session::start(settings.clone()).unwrap();
        let standing = session.run(|worker| Box::pin(worker.standing()));
        Self {
            end: standing.unwrap().unwrap().end,
            settings,
            session,
            runtime,
            client,
        }
    }

    fn ask(&mut self, step: Step, numbers: u64) -> Answer {
        match step {
            Step::Take(holder) => {
                let asked = (self.session)
                    .run(move |worker| Box::pin(async move { worker.take(holder).await }));
                match asked.unwrap().unwrap() {
                    Asked::Taken(lease) => Answer::Taken(lease.number() - numbers),
                    Asked::Held(held) => Answer::HeldBy(held.holder),
                }
            }
            Step::Renew(number, holder) => {
                let lease = lease(number + numbers);
                let settings = self.settings.clone();
                let renewed = self.runtime.block_on(async {
                    let limit = Duration::from_secs(60);
                    holding::renew(&mut None, &lease, holder, &settings, limit).await
                });
                Answer::Renewed(renewed.unwrap() != Renewed::No)
            }
            Step::GiveBack(number) => {
                let lease = lease(number + numbers);
                let given = (self.session).run(move |worker| Box::pin(worker.give_back(lease)));
                given.unwrap().unwrap();
                Answer::Done
            }
            Step::Commit(number, behind) => {
                let before = ChainEnd {
                    commits: self.end.commits - behind,
                    ..self.end
                };
                let fence = Fence {
                    lease: number + numbers,
                    before,
                };
                let mut batch = Batch::of(Act::Watch);
                batch.put(Tree::Begun, "a mail", "begun");
                let made = (self.session).run(move |worker| Box::pin(worker.commit(fence, batch)));
                match made.unwrap() {
                    Ok(linked) => {
                        self.end = linked.then;
                        Answer::Made
                    }
                    Err(not_made) => answer_to(&not_made.why),
                }
            }
            Step::LeaseEnds => {
                let ends = "update handoffd_lease set until = until - interval '1000 seconds'";
                let ended = self.runtime.block_on(self.client.execute(ends, &[]));
                assert_eq!(ended.unwrap(), 1);
                Answer::Done
            }
        }
    }
}

fn lease(number: u64) -> Arc<Lease> {
    let clock = AwakeClock::of_machine();
    Arc::new(Lease::taken(number, clock.now(), LEASE, clock))
}

struct InTheWorld {
    database: Simulated,
    end: ChainEnd,
}

impl InTheWorld {
    fn ask(&mut self, step: Step) -> Answer {
        match step {
            Step::Take(holder) => match self.database.take(holder, LEASE) {
                Ok(number) => Answer::Taken(number),
                Err(held) => Answer::HeldBy(held.holder),
            },
            Step::Renew(number, holder) => {
                Answer::Renewed(self.database.renew(number, holder, LEASE))
            }
            Step::GiveBack(number) => {
                self.database.give_back(number);
                Answer::Done
            }
            Step::Commit(number, behind) => {
                let before = ChainEnd {
                    commits: self.end.commits - behind,
                    ..self.end
                };
                let fence = Fence {
                    lease: number,
                    before,
                };
                let then = ChainEnd {
                    commits: before.commits + 1,
                    head: [u8::try_from(before.commits % 251).unwrap(); 32],
                };
                match (self.database).commit(fence, Batch::of(Act::Watch), then) {
                    Tried::Made => {
                        self.end = then;
                        Answer::Made
                    }
                    Tried::Fenced => {
                        let found = self.database.standing();
                        answer_to(&fence.kept_out(None, found, "here").unwrap_err())
                    }
                }
            }
            Step::LeaseEnds => {
                self.database.pass(LEASE);
                Answer::Done
            }
        }
    }
}

#[test]
fn the_simulated_database_permits_what_postgresql_does() {
    let mut real = Real::begin();
    let mut simulated = InTheWorld {
        database: Simulated::default(),
        end: ChainEnd {
            commits: 0,
            head: super::NOTHING_BEFORE,
        },
    };
    // The tables were made under a lease.
    let numbers = 1;
    let mut state = 7_u64;
    let mut chance = |below: u64| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 33) % below
    };
    let mut last = 0;
    let mut seen = std::collections::BTreeSet::new();
    for number in 0..STEPS {
        let holder = ["one", "two", "three"][usize::try_from(chance(3)).unwrap()];
        // Mostly the last number that was given, else an earlier one.
        let whose = last - chance(3).saturating_sub(1).min(last);
        let is_first = simulated.end.commits == 0;
        let step = match chance(10) {
            0..=2 => Step::Take(holder),
            3 | 4 => Step::Renew(whose, holder),
            5 => Step::GiveBack(whose),
            6..=8 => Step::Commit(whose, if is_first { 0 } else { chance(4) / 3 }),
            _ => Step::LeaseEnds,
        };
        let (here, there) = (simulated.ask(step), real.ask(step, numbers));
        assert_eq!(here, there, "step {number}: {step:?}");
        if let Answer::Taken(number) = here {
            last = number;
        }
        let kind = format!("{here:?}");
        let _ = seen.insert(kind.split('(').next().unwrap_or_default().to_owned());
    }
    for kind in ["Taken", "HeldBy", "Renewed", "Made", "Lost", "SetBack"] {
        assert!(seen.contains(kind), "{kind} was never answered");
    }
}
