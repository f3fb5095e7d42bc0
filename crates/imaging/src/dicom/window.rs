//! Values of the modality to brightness (VOI LUT module, PS3.3, C.11.2).

use serde::{Deserialize, Serialize};

/// Which values are shown, in those of the modality.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Window {
    /// Window Center.
    pub center: f64,
    /// Window Width, above zero.
    pub width: f64,
    /// What it is for, as the file says.
    pub name: String,
}

/// VOI LUT Function (C.11.2.1.2, C.11.2.1.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Curve {
    /// `LINEAR`, which is meant where nothing is said.
    #[default]
    Linear,
    /// `LINEAR_EXACT`.
    LinearExact,
    /// `SIGMOID`.
    Sigmoid,
}

impl Curve {
    pub(super) fn of(word: &str) -> Self {
        match word {
            "LINEAR_EXACT" => Self::LinearExact,
            "SIGMOID" => Self::Sigmoid,
            _ => Self::Linear,
        }
    }

    /// The brightness of a value, from 0 to 1.
    pub fn brightness(self, window: &Window, value: f64) -> f64 {
        let Window { center, width, .. } = *window;
        match self {
            // Of a width of one: below, or not (C.11.2.1.2.1, note 4).
            Self::Linear if width <= 1.0 => f64::from(value > center - 0.5),
            Self::Linear => (value - (center - 0.5)) / (width - 1.0) + 0.5,
            Self::LinearExact => (value - center) / width + 0.5,
            Self::Sigmoid => 1.0 / (1.0 + (-4.0 * (value - center) / width).exp()),
        }
        .clamp(0.0, 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples of C.11.2.1.2.1: a window of 4096 at 2048, of 1 at 0.
    #[test]
    fn a_window_shows_the_values_that_the_standard_says() {
        let window = |center, width| Window {
            center,
            width,
            name: String::new(),
        };
        let whole = window(2_048.0, 4_096.0);
        let linear = |window: &Window, value| Curve::Linear.brightness(window, value);
        for (value, expected) in [(0.0, 0.0), (4_095.0, 1.0), (-5.0, 0.0), (9_999.0, 1.0)] {
            assert!((linear(&whole, value) - expected).abs() < 1e-9, "{value}");
        }
        let narrow = window(0.0, 1.0);
        assert_eq!((linear(&narrow, -1.0), linear(&narrow, 0.0)), (0.0, 1.0));
        let hundred = window(0.0, 100.0);
        assert!((linear(&hundred, -50.0), linear(&hundred, 49.0)) == (0.0, 1.0));
        let exact = |value| Curve::LinearExact.brightness(&hundred, value);
        assert!((exact(-50.0), exact(0.0), exact(50.0)) == (0.0, 0.5, 1.0));
        assert!((Curve::Sigmoid.brightness(&hundred, 0.0) - 0.5).abs() < 1e-9);
    }
}
