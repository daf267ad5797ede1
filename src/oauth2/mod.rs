//! How do we get an access token, and how long is it good for? OAuth2 for the mail servers of Microsoft 365, Google Workspace and others.
//!
//! Promise: one refresh at a time for both servers, before the token ends, never a storm; a refresh token that the server replaced is on disk
//! before it is used; no secret is ever printed. Reads hostile input: the replies of the token server, bounded in size and time, and its words,
//! made safe for one line and cleaned of our own secrets.

mod access_token;
mod account;
mod assertion;
mod device;
mod ending;
mod error;
mod health;
mod http;
mod keeper;
mod kept;
mod message;
mod refusal;
mod rest;
mod sasl;

pub use crate::https::{Endpoint, EndpointError};
pub use access_token::AccessToken;
pub use account::{Account, Client, Flow, Provider, ServiceAccount};
pub use assertion::{KeyError, SigningKey};
pub use device::{DeviceLogin, Shown};
pub use ending::{Ending, What, warning_due};
pub use error::{Passes, TokenError};
pub use health::{Failing, Health};
pub use keeper::{AfterRefusal, Keeper, MailServer, Refuser};
pub(crate) use sasl::Mechanism;
