//! One provider, and all of a channel.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use govhub_lc_core::Reason;
use govhub_types::hash::{sha256, Hash};
use govhub_types::KeyKind;
use govhub_x509::{verify_chain, Certificate, Chain, Crl, Identity, Rules, Store, When};

use crate::messages::msp::{FabricMspConfig, FabricNodeOus, FabricOuIdentifier, MspConfig, MSP_X509};
use crate::wire::Message;

/// Hash families that signatures of a provider may use: this one, which is also the default.
const SHA2: &str = "SHA2";

/// What a member is, by the units of its certificate (NodeOUs).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Uses the channel.
    Client,
    /// Keeps the ledger and endorses.
    Peer,
    /// Changes the configuration.
    Admin,
    /// Orders transactions.
    Orderer,
}

/// What a provider says of a certificate that is its member's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Its role, if the provider tells roles apart.
    pub role: Option<Role>,
    /// Whether the provider names this very certificate as an administrator.
    pub named_admin: bool,
    /// SHA-256 over the DER of the authorities above, issuer first: Fabric's "certifiers identifier".
    ///
    /// Fabric hashes authorities' certificates with their signatures brought to the lower s; a policy that asks for a unit of an
    /// authority with the larger s is therefore never satisfied here.
    pub certifiers: Hash,
}

/// A provider of X.509 identities.
#[derive(Clone, Debug)]
pub struct Msp {
    name: String,
    store: Store,
    /// Authorities that issue for authorities: they may not issue identities.
    inner: Vec<Identity>,
    admins: Vec<Identity>,
    /// If not empty, members must have one of these units.
    units: Vec<Unit>,
    roles: Option<Vec<(Role, Unit)>>,
    ed25519: bool,
}

/// A unit and, if named, the authority that must have issued its certificates.
#[derive(Clone, Debug)]
struct Unit {
    name: String,
    certifier: Option<Identity>,
}

impl Msp {
    /// Sets up a provider; `ed25519`: whether its members may have such keys (channel capability V3_0).
    ///
    /// # Errors
    /// `msp-unsupported`: Idemix, another hash; `msp-setup`: no root, an authority that is none or has no key identifier, a unit's
    /// certifier that is not an authority of this provider; the codes of `govhub-x509` for what it cannot read.
    ///
    /// # Not checked
    /// TLS authorities: nothing here is proved by TLS.
    pub fn new(config: &FabricMspConfig<'_>, ed25519: bool) -> Result<Self, Reason> {
        let setup = |detail: String| Reason::new("msp-setup", format!("`{}`: {detail}", config.name));
        check_hashes(config)?;
        let (roots, intermediates) = (certificates(&config.root_certs)?, certificates(&config.intermediate_certs)?);
        if config.name.is_empty() || roots.is_empty() {
            return Err(setup("no name or no root".into()));
        }
        let crls = config.revocation_list.iter().map(|pem| Crl::from_pem(pem).map_err(|error| Reason::new(error.code(), error.to_string())));
        let store = Store::new(roots, intermediates, crls.collect::<Result<_, _>>()?);
        let mut inner = Vec::new();
        for one in store.roots().iter().chain(store.intermediates()) {
            if one.subject_key_id().is_none() {
                return Err(setup(format!("authority `{}` has no key identifier", one.subject())));
            }
            let chain = verify_chain(one, &store, &Rules::authority(When::AtIssue)).map_err(|error| setup(error.to_string()))?;
            inner.extend(chain.certificates()[1..].iter().map(|above| above.identity()));
        }
        let certifier = |pem: &[u8]| certifier(&store, pem).map_err(setup);
        let units = config.organizational_unit_identifiers.iter().map(|unit| {
            Ok(Unit { name: unit.organizational_unit_identifier.to_owned(), certifier: Some(certifier(unit.certificate)?) })
        });
        let (units, roles) = (units.collect::<Result<_, Reason>>()?, roles(config.fabric_node_ous.as_ref(), certifier)?);
        let admins = certificates(&config.admins)?.iter().map(Certificate::identity).collect();
        Ok(Self { name: config.name.to_owned(), store, inner, admins, units, roles, ed25519 })
    }

    /// Its name, by which identities and policies refer to it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether it tells the role `Orderer` apart.
    pub fn knows_orderers(&self) -> bool {
        self.roles.as_ref().is_some_and(|roles| roles.iter().any(|(role, _)| *role == Role::Orderer))
    }

    /// Judges a certificate.
    ///
    /// # Errors
    /// `identity-key`: a kind of key that the channel does not take; `identity-issuer`: issued by an authority that issues for
    /// authorities; `identity-unit`, `identity-role`: not exactly one role where roles are told apart; the codes of `govhub-x509`, such as
    /// `certificate-revoked`.
    pub fn member(&self, certificate: &Certificate, when: When) -> Result<Member, Reason> {
        let kind = certificate.public_key().kind();
        if kind != KeyKind::P256 && !(kind == KeyKind::Ed25519 && self.ed25519) {
            return Err(Reason::new("identity-key", format!("`{}`: a key of kind {}", certificate.subject(), kind.name())));
        }
        let chain = verify_chain(certificate, &self.store, &Rules::signer(when)).map_err(|error| Reason::new(error.code(), error.to_string()))?;
        let issuer = chain.issuer().identity();
        if self.inner.contains(&issuer) {
            return Err(Reason::new("identity-issuer", format!("`{}` issues for authorities, not for members", chain.issuer().subject())));
        }
        self.check_units(certificate, &issuer)?;
        Ok(Member { role: self.role(certificate, &issuer)?, named_admin: self.admins.contains(&certificate.identity()), certifiers: certifiers(&chain) })
    }

    fn check_units(&self, certificate: &Certificate, issuer: &Identity) -> Result<(), Reason> {
        let has = |unit: &Unit| certificate.subject().organizational_units().contains(&unit.name) && unit.is_certified_by(issuer);
        match self.units.is_empty() || self.units.iter().any(has) {
            true => Ok(()),
            false => Err(Reason::new("identity-unit", format!("`{}` has none of the units of `{}`", certificate.subject(), self.name))),
        }
    }

    /// The one role, where roles are told apart.
    fn role(&self, certificate: &Certificate, issuer: &Identity) -> Result<Option<Role>, Reason> {
        let Some(roles) = &self.roles else { return Ok(None) };
        let refusal = |what: &str| Reason::new("identity-role", format!("`{}` in `{}`: {what}", certificate.subject(), self.name));
        let mut found = None;
        for name in certificate.subject().organizational_units() {
            // Of two roles with one unit the last counts, as there.
            let Some((role, unit)) = roles.iter().rev().find(|(_, unit)| unit.name == *name) else { continue };
            if !unit.is_certified_by(issuer) {
                return Err(refusal("its unit is for another authority's certificates"));
            }
            if found.replace(*role).is_some() {
                return Err(refusal("more than one role"));
            }
        }
        found.map(Some).ok_or_else(|| refusal("no unit that is a role"))
    }
}

impl Unit {
    fn is_certified_by(&self, issuer: &Identity) -> bool {
        self.certifier.as_ref().is_none_or(|certifier| certifier == issuer)
    }
}

fn check_hashes(config: &FabricMspConfig<'_>) -> Result<(), Reason> {
    let Some(crypto) = &config.crypto_config else { return Ok(()) };
    match crypto.signature_hash_family {
        "" | SHA2 => Ok(()),
        other => Err(Reason::new("msp-unsupported", format!("`{}` signs over hashes of family `{other}`; only SHA2 is read", config.name))),
    }
}

fn certificates(list: &[&[u8]]) -> Result<Vec<Certificate>, Reason> {
    list.iter().map(|pem| certificate(pem)).collect()
}

/// Reads one PEM certificate.
pub(crate) fn certificate(pem: &[u8]) -> Result<Certificate, Reason> {
    Certificate::from_pem(pem).map_err(|error| Reason::new(error.code(), error.to_string()))
}

/// The authority of `store` that `pem` is.
fn certifier(store: &Store, pem: &[u8]) -> Result<Identity, String> {
    let identity = Certificate::from_pem(pem).map_err(|error| error.to_string())?.identity();
    let known = store.roots().iter().chain(store.intermediates()).any(|one| one.identity() == identity);
    known.then_some(identity).ok_or_else(|| "a unit's certifier is not an authority of this provider".into())
}

fn roles(config: Option<&FabricNodeOus<'_>>, certifier: impl Fn(&[u8]) -> Result<Identity, Reason>) -> Result<Option<Vec<(Role, Unit)>>, Reason> {
    let Some(config) = config.filter(|config| config.enable) else { return Ok(None) };
    let named: [(Role, &Option<FabricOuIdentifier<'_>>); 4] = [
        (Role::Client, &config.client_ou_identifier),
        (Role::Peer, &config.peer_ou_identifier),
        (Role::Admin, &config.admin_ou_identifier),
        (Role::Orderer, &config.orderer_ou_identifier),
    ];
    let mut roles = Vec::new();
    for (role, unit) in named.into_iter().filter_map(|(role, unit)| Some((role, unit.as_ref()?))) {
        let certifier = match unit.certificate {
            [] => None,
            pem => Some(certifier(pem)?),
        };
        roles.push((role, Unit { name: unit.organizational_unit_identifier.to_owned(), certifier }));
    }
    // Switched on without any unit is switched off, as there.
    Ok((!roles.is_empty()).then_some(roles))
}

fn certifiers(chain: &Chain<'_>) -> Hash {
    let above: Vec<&[u8]> = chain.certificates()[1..].iter().map(|one| one.der()).collect();
    sha256(&above)
}

/// All providers of a channel, each set up when it is first asked.
#[derive(Debug, Default)]
pub struct Msps<'a> {
    providers: BTreeMap<&'a str, Provider<'a>>,
    ed25519: bool,
}

#[derive(Debug)]
struct Provider<'a> {
    raw: &'a [u8],
    set_up: OnceCell<Result<Rc<Msp>, Reason>>,
}

impl<'a> Msps<'a> {
    /// No providers yet; `ed25519` as in [`Msp::new`].
    pub fn new(ed25519: bool) -> Self {
        Self { ed25519, ..Self::default() }
    }

    /// Adds the provider in an organisation's value `MSP`; its name.
    ///
    /// # Errors
    /// `malformed`; `msp-two-versions`: another provider has that name.
    ///
    /// # Not checked
    /// That it can be set up: see [`Msps::get`].
    pub fn add(&mut self, raw: &'a [u8]) -> Result<&'a str, Reason> {
        let config = MspConfig::read(raw)?;
        // An Idemix provider's name stands in field 1, too; the rest of it is not ours to read.
        let name = match config.kind {
            MSP_X509 => FabricMspConfig::read(config.config)?.name,
            other => return Err(Reason::new("msp-unsupported", format!("a provider of type {other}; only X.509 (0) is read"))),
        };
        match self.providers.get(name) {
            Some(known) if known.raw != raw => Err(Reason::new("msp-two-versions", format!("`{name}` is defined twice, differently"))),
            Some(_) => Ok(name),
            None => {
                self.providers.insert(name, Provider { raw, set_up: OnceCell::new() });
                Ok(name)
            }
        }
    }

    /// The provider of that name.
    ///
    /// # Errors
    /// `msp-unknown`; those of [`Msp::new`].
    pub fn get(&self, name: &str) -> Result<Rc<Msp>, Reason> {
        let unknown = || Reason::new("msp-unknown", format!("no provider `{}` in the configuration", name.chars().take(80).collect::<String>()));
        let provider = self.providers.get(name).ok_or_else(unknown)?;
        provider.set_up.get_or_init(|| self.set_up(provider.raw).map(Rc::new)).clone()
    }

    fn set_up(&self, raw: &[u8]) -> Result<Msp, Reason> {
        let config = MspConfig::read(raw)?;
        Msp::new(&FabricMspConfig::read(config.config)?, self.ed25519)
    }

    /// Names of all providers.
    pub fn names(&self) -> impl Iterator<Item = &'a str> + '_ {
        self.providers.keys().copied()
    }
}
