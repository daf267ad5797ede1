//! Who is asked? The name servers of the settings, or those of the machine. Answers are kept for as long as they say, in a bounded number.

use super::NoResolver;
use crate::config::OwnChecks;
use mail_auth::MessageAuthenticator;
use mail_auth::hickory_resolver::config::{
    ConnectionConfig, NameServerConfig, ResolverConfig, ResolverOpts,
};
use mail_auth::hickory_resolver::system_conf::read_system_conf;
use std::net::SocketAddr;
use std::time::Duration;

/// How many answers are kept: some three a sending domain.
const ANSWERS_KEPT: u64 = 4096;
/// The longest that an answer is kept, whatever it says of itself: a key that was taken back is not believed for days.
const ANSWER_KEPT_MAX: Duration = Duration::from_secs(3600);
/// How often a name server is asked the same before the next one is.
const ATTEMPTS: usize = 2;

pub(super) fn build(settings: &OwnChecks) -> Result<MessageAuthenticator, NoResolver> {
    let failed = |why: String| NoResolver { why };
    let (config, mut options) = if settings.name_servers.is_empty() {
        read_system_conf().map_err(|error| failed(error.to_string()))?
    } else {
        let servers = settings.name_servers.iter().copied().map(name_server);
        let config = ResolverConfig::from_name_servers(servers.collect());
        (config, ResolverOpts::default())
    };
    options.cache_size = ANSWERS_KEPT;
    options.positive_max_ttl = Some(ANSWER_KEPT_MAX);
    options.negative_max_ttl = Some(ANSWER_KEPT_MAX);
    options.attempts = ATTEMPTS;
    // Several questions stand behind each other: each gets a part of the whole time.
    options.timeout = settings.time_limit / 4;
    MessageAuthenticator::new(config, options).map_err(|error| failed(error.to_string()))
}

fn name_server(address: SocketAddr) -> NameServerConfig {
    let connections = [ConnectionConfig::udp(), ConnectionConfig::tcp()];
    let connections = connections.map(|mut connection| {
        connection.port = address.port();
        connection
    });
    NameServerConfig::new(address.ip(), true, connections.to_vec())
}
