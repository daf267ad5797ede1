//! How does a receiver know that it is we who tell, and that it is told now? HMAC-SHA256 (RFC 2104) over time and body. Pure.

use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

/// `t=TIME,v1=HEX`: the seconds since 1970, and the HMAC-SHA256 of `TIME.BODY` under the secret, in hexadecimal digits.
#[must_use]
pub fn signature(secret: &SecretString, seconds: i64, body: &str) -> String {
    let key = secret.expose_secret().as_bytes();
    // It takes a key of any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else {
        return String::new();
    };
    mac.update(format!("{seconds}.").as_bytes());
    mac.update(body.as_bytes());
    let tag = mac.finalize().into_bytes();
    let hex: String = tag.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("t={seconds},v1={hex}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_hmac_that_others_compute() {
        // printf '1800000000.{"id":"1"}' | openssl dgst -sha256 -hmac 'a secret of sixteen'
        let secret = SecretString::from("a secret of sixteen");
        let made = signature(&secret, 1_800_000_000, "{\"id\":\"1\"}");
        assert_eq!(
            made,
            "t=1800000000,v1=d0336fa2c1ac2f80e8ff84ef5b575f23564773035ffc3a2d9ca618ae7b39f725"
        );
        assert_ne!(made, signature(&secret, 1_800_000_001, "{\"id\":\"1\"}"));
    }
}
