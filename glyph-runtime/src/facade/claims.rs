//! Names of the facade's families.

use std::{
    collections::{BTreeMap, HashMap},
    fmt,
    sync::{Mutex, RwLock},
};

use glyph_core::{
    __runtime::{is_reserved, lock_unless_lost, read_unless_lost, write_unless_lost},
    catalog::Kind,
};

use crate::expose::external;

/// The limit of families whose rejected keys are counted separately.
const MOST_COUNTED: usize = 1000;
/// The name under which further ones are counted together.
const OTHER: &str = "other";

/// The names of families and samples on the page. The first family of a name has it.
#[derive(Debug)]
pub(super) struct Claims {
    names: RwLock<Names>,
    rejected: Mutex<BTreeMap<&'static str, u64>>,
}

#[derive(Debug)]
struct Names {
    /// The kind of each family of a recorder.
    families: HashMap<String, Kind>,
    /// The name of each sample, and those of families that have other names.
    taken: HashMap<String, Owner>,
}

/// The owner of a name.
#[derive(Clone, Debug)]
enum Owner {
    /// A declared metric, or glyph.
    Declared,
    /// A family of a recorder.
    Family(String),
}

/// The reason why a key is not on the page.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Clash {
    Kind(Kind),
    Declared(String),
    Family(String),
    /// The process was forked while another thread had the lock.
    Lost,
}

impl fmt::Display for Clash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Kind(kind) => write!(formatter, "it was registered as a {kind:?} first"),
            Self::Declared(name) => write!(formatter, "`{name}` is a name of a declared metric"),
            Self::Family(family) => write!(formatter, "`{family}` has a sample of that name"),
            Self::Lost => formatter.write_str("a fork has lost the lock of the names"),
        }
    }
}

impl Claims {
    /// `declared` are names that no family of a recorder can have.
    pub(super) fn new(declared: impl IntoIterator<Item = String>) -> Self {
        let taken = declared.into_iter().map(|name| (name, Owner::Declared));
        Self {
            names: RwLock::new(Names {
                families: HashMap::new(),
                taken: taken.collect(),
            }),
            rejected: Mutex::default(),
        }
    }

    /// Returns whether the family has its names, which it takes if they are free. Otherwise the
    /// key is counted as rejected, and the first of a family is logged.
    pub(super) fn claim(&self, family: &str, kind: Kind) -> bool {
        match self.checked(family, kind) {
            Ok(()) => true,
            Err(clash) => {
                self.reject(family, &clash);
                false
            }
        }
    }

    fn checked(&self, family: &str, kind: Kind) -> Result<(), Clash> {
        let names = read_unless_lost(&self.names).ok_or(Clash::Lost)?;
        if let Standing::Taken = names.check(family, kind)? {
            return Ok(());
        }
        drop(names);
        let mut names = write_unless_lost(&self.names).ok_or(Clash::Lost)?;
        names.take(family, kind)
    }

    fn reject(&self, family: &str, clash: &Clash) {
        let Some(mut rejected) = lock_unless_lost(&self.rejected) else {
            return;
        };
        if let Some(keys) = rejected.get_mut(family) {
            *keys += 1;
            return;
        }
        if rejected.len() >= MOST_COUNTED {
            *rejected.entry(OTHER).or_default() += 1;
            return;
        }
        // Label values of glyph's own metrics are static. There is a limit of them.
        rejected.insert(Box::leak(Box::from(family)), 1);
        drop(rejected);
        tracing::warn!(
            metric = family,
            reason = %clash,
            "`metrics` key rejected"
        );
    }

    /// Returns the number of rejected keys of each family.
    pub(super) fn rejected(&self) -> BTreeMap<&'static str, u64> {
        lock_unless_lost(&self.rejected)
            .map(|rejected| rejected.clone())
            .unwrap_or_default()
    }
}

/// Whether a family has its names.
enum Standing {
    Taken,
    Free,
}

impl Names {
    fn check(&self, family: &str, kind: Kind) -> Result<Standing, Clash> {
        match self.families.get(family) {
            Some(known) if *known == kind => return Ok(Standing::Taken),
            Some(known) => return Err(Clash::Kind(*known)),
            None => {}
        }
        for name in names(family, kind) {
            if is_reserved(&name) {
                return Err(Clash::Declared(name));
            }
            match self.taken.get(&name) {
                Some(Owner::Declared) => return Err(Clash::Declared(name)),
                Some(Owner::Family(owner)) => return Err(Clash::Family(owner.clone())),
                None => {}
            }
        }
        Ok(Standing::Free)
    }

    /// Takes the names, unless another thread has taken one in the meantime.
    fn take(&mut self, family: &str, kind: Kind) -> Result<(), Clash> {
        if let Standing::Free = self.check(family, kind)? {
            self.families.insert(family.to_owned(), kind);
            for name in names(family, kind) {
                self.taken.insert(name, Owner::Family(family.to_owned()));
            }
        }
        Ok(())
    }
}

fn names(family: &str, kind: Kind) -> Vec<String> {
    let kind = match kind {
        Kind::Counter => external::Kind::Counter,
        Kind::Gauge => external::Kind::Gauge,
        Kind::Histogram => external::Kind::Summary,
    };
    kind.names(family)
}
