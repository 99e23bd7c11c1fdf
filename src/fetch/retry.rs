//! When to try again: a policy as data, and what a server says about waiting.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::Duration;

use reqwest::header::{HeaderMap, RETRY_AFTER};

use super::HttpError;

/// How often and after which pause to try again.
#[derive(Clone, Copy, Debug)]
pub struct RetryPolicy {
    /// Attempts in a row that may fail, the first included.
    pub attempts: u32,
    /// Pause after the first failure; doubles with each further one.
    pub base: Duration,
    /// Longest pause of our own choice.
    pub longest: Duration,
    /// Longest pause a server may ask for.
    pub patience: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self::with_base(Duration::from_millis(500))
    }
}

impl RetryPolicy {
    /// The default policy with another first pause.
    pub fn with_base(base: Duration) -> Self {
        let longest = Duration::from_secs(20).min(base * 40);
        Self { attempts: 5, base, longest, patience: Duration::from_secs(300) }
    }

    /// Pause after so many failures in a row: exponential, half of it random so that many clients spread out.
    fn pause(&self, failures: u32) -> Duration {
        let full = self.base.saturating_mul(1 << failures.saturating_sub(1).min(16)).min(self.longest);
        let random = RandomState::new().build_hasher().finish() as f64 / u64::MAX as f64;
        full.mul_f64(0.5 + 0.5 * random)
    }
}

/// Counts failures in a row and waits between them.
#[derive(Debug)]
pub struct Attempts<'a> {
    policy: &'a RetryPolicy,
    failures: u32,
}

impl<'a> Attempts<'a> {
    /// No failure yet.
    pub fn new(policy: &'a RetryPolicy) -> Self {
        Self { policy, failures: 0 }
    }

    /// Forgets earlier failures: the last attempt brought something.
    pub fn progressed(&mut self) {
        self.failures = 0;
    }

    /// After a failure: waits and says that another attempt is due, or gives the error back.
    pub fn again(&mut self, error: HttpError) -> Result<(), HttpError> {
        self.failures += 1;
        let asked = error.wait().unwrap_or_default();
        if !error.is_transient() || self.failures >= self.policy.attempts || asked > self.policy.patience {
            return Err(error);
        }
        std::thread::sleep(self.policy.pause(self.failures).max(asked));
        Ok(())
    }
}

/// Runs an operation until it succeeds or the policy gives up.
pub fn with_retries<T>(
    policy: &RetryPolicy,
    mut operation: impl FnMut() -> Result<T, HttpError>,
) -> Result<T, HttpError> {
    let mut attempts = Attempts::new(policy);
    loop {
        match operation() {
            Ok(value) => return Ok(value),
            Err(error) => attempts.again(error)?,
        }
    }
}

/// How long a server asks to wait: `Retry-After`, else the reset time of an exhausted `RateLimit`.
pub fn wait_asked_for(headers: &HeaderMap) -> Option<Duration> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let seconds = match text(RETRY_AFTER.as_str()) {
        Some(after) => match after.trim().parse() {
            Ok(seconds) => seconds,
            Err(_) => http_date(after)?.checked_sub(http_date(text("date")?)?)?,
        },
        None => rate_limit_reset(text("ratelimit")?)?,
    };
    Some(Duration::from_secs(seconds))
}

/// For `"api";r=0;t=55`: 55. None while requests remain.
fn rate_limit_reset(text: &str) -> Option<u64> {
    let parameter = |name: &str| {
        let mut parts = text.split([';', ',']).map(str::trim);
        parts.find_map(|part| part.strip_prefix(name)?.strip_prefix('=')?.parse::<u64>().ok())
    };
    (parameter("r")? == 0).then(|| parameter("t")).flatten()
}

/// Seconds since 1970 of an HTTP date, `Sun, 06 Nov 1994 08:49:37 GMT`. A difference of two such dates, both from
/// one server, does not depend on the local clock.
fn http_date(text: &str) -> Option<u64> {
    const MONTHS: &str = "JanFebMarAprMayJunJulAugSepOctNovDec";
    let mut words = text.trim().strip_suffix(" GMT")?.split_once(", ")?.1.split(' ');
    let day: u64 = words.next()?.parse().ok()?;
    let month = MONTHS.find(words.next()?)? as u64 / 3 + 1;
    let year: u64 = words.next()?.parse().ok().filter(|year| (1970..=9999).contains(year))?;
    let mut clock = words.next()?.split(':').map(|part| part.parse::<u64>().ok());
    let (hour, minute, second) = (clock.next()??, clock.next()??, clock.next()??);
    // Days since 1970 with years that begin in March, so that the leap day comes last.
    let (shifted_year, shifted_month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leap_days = shifted_year / 4 - shifted_year / 100 + shifted_year / 400;
    let days = (shifted_year * 365 + leap_days + (153 * shifted_month + 2) / 5 + day).checked_sub(719_469)?;
    Some(((days * 24 + hour) * 60 + minute) * 60 + second)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_are_believed_about_waiting() {
        let wait = |pairs: &[(&'static str, &str)]| {
            let mut headers = HeaderMap::new();
            for (name, value) in pairs {
                headers.insert(*name, value.parse().unwrap());
            }
            wait_asked_for(&headers).map(|wait| wait.as_secs())
        };
        assert_eq!(wait(&[("retry-after", "7")]), Some(7));
        assert_eq!(wait(&[("ratelimit", "\"api\";r=0;t=55")]), Some(55));
        assert_eq!(wait(&[("ratelimit", "\"api\";r=3;t=55")]), None);
        assert_eq!(wait(&[]), None);
        let later = ("retry-after", "Tue, 29 Feb 2028 00:00:09 GMT");
        assert_eq!(wait(&[later, ("date", "Mon, 28 Feb 2028 23:59:59 GMT")]), Some(10));
        assert_eq!(wait(&[later]), None);
    }

    #[test]
    fn dates_count_from_1970() {
        assert_eq!(http_date("Thu, 01 Jan 1970 00:00:00 GMT"), Some(0));
        assert_eq!(http_date("Sun, 06 Nov 1994 08:49:37 GMT"), Some(784_111_777));
        assert_eq!(http_date("yesterday"), None);
    }

    #[test]
    fn pauses_grow_and_stay_bounded() {
        let policy = RetryPolicy::default();
        for failures in 1..40 {
            let pause = policy.pause(failures);
            assert!(pause <= policy.longest && pause >= policy.base / 2, "{failures}: {pause:?}");
        }
    }
}
