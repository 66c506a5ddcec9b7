//! Names that people and files give us.

use std::str::FromStr;

use govhub_types::{Address, ChainId, ClientId, DepartmentId, LicenceType, Region};

use crate::Target;

fn survives<T: FromStr + ToString>(text: &str) -> bool {
    match text.parse::<T>() {
        Ok(name) => {
            assert_eq!(name.to_string(), text, "a name has one spelling");
            true
        }
        Err(_) => false,
    }
}

/// Ids of chains, clients, departments, regions, licence types.
pub fn names() -> Target {
    let seeds = ["govhub-1", "07-tendermint-12", "11440100MB2C000137", "440100", "11100000000013338W011"];
    Target {
        name: "names",
        seeds: seeds.map(|text| text.as_bytes().to_vec()).into(),
        run: |bytes| {
            let text = String::from_utf8_lossy(bytes);
            // All are tried, so that a name of one kind meets the rules of the others.
            let accepted = [
                survives::<ChainId>(&text),
                survives::<ClientId>(&text),
                survives::<DepartmentId>(&text),
                survives::<Region>(&text),
                survives::<LicenceType>(&text),
            ];
            accepted.contains(&true)
        },
    }
}

/// Bech32 addresses.
pub fn address() -> Target {
    let seed = govhub_types::key::SigningKey::from_seed(govhub_types::key::KeyKind::Sm2, &[7; 32]).public_key().address();
    Target {
        name: "address",
        seeds: vec![seed.to_string().into_bytes()],
        run: |bytes| survives::<Address>(&String::from_utf8_lossy(bytes)),
    }
}
