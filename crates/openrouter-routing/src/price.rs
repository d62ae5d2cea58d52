//! Prices and what a request would cost, in exact decimals.

mod estimate;
mod fixed;
mod money;
mod prices;

pub use estimate::{CostCaveat, CostLine, Estimate, UtcClock, Workload};
pub use money::{Usd, UsdPerMillion, UsdPerToken};
pub use prices::{PriceKey, PriceOverride, Prices};

pub(crate) use fixed::Fixed;
