//! What happens later in the world, each at its time and in the order of times, also where the daemon was held up by its disk meanwhile: the
//! servers of others do not stand still with it. Each act is told the time for which it was set down.

use super::world;
use std::collections::BTreeMap;
use tokio::time::Instant;

type Act = Box<dyn FnOnce(Instant) + Send>;

#[derive(Default)]
pub(super) struct Calendar {
    entries: BTreeMap<(Instant, u64), Act>,
    number: u64,
}

/// Has something happen at a time.
pub(super) fn at(time: Instant, act: impl FnOnce(Instant) + Send + 'static) {
    world(|world| {
        let calendar = &mut world.calendar;
        calendar.number += 1;
        let key = (time, calendar.number);
        drop(calendar.entries.insert(key, Box::new(act)));
    });
    drop(tokio::spawn(async move {
        tokio::time::sleep_until(time).await;
        catch_up();
    }));
}

/// Everything happens whose time has come. Asked before a server looks at a mailbox.
pub(super) fn catch_up() {
    let now = Instant::now();
    loop {
        let next = world(|world| {
            let first = world.calendar.entries.first_entry()?;
            let time = first.key().0;
            (time <= now).then(|| (time, first.remove()))
        });
        match next {
            Some((time, act)) => act(time),
            None => return,
        }
    }
}
