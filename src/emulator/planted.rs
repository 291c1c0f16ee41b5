//! For panics that tests plant: what they do, they do under a lock.

use std::sync::Arc;

use super::{Account, Emulator, Version, lock, write};

impl Emulator {
    pub fn under_lock(&self, account: &Arc<Account>, name: &str, act: impl FnOnce()) {
        match name {
            "account" => self.change(account, |_| act()),
            "look" => self.rooms(account, Version::V2, |_, _, _| {}, |_| act()),
            "faults" => self.with_faults(|_| act()),
            "world" => {
                let _held = write(&self.0.world);
                act();
            }
            "issued" => {
                let _held = write(&self.0.issued_to);
                act();
            }
            "journal" => {
                let _held = lock(&self.0.journal);
                act();
            }
            _ => {}
        }
    }
}
