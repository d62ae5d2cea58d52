//! Options, boxes, lists and maps.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use super::{
    Bracket, Came, Entries, Fit, Items, Misfit, Open, Place, Shown, Typed, Value, View, only_null,
    place,
};
use crate::Map;

const A_LIST: &str = "a list";
const AN_OBJECT: &str = "an object";

/// `null` stands for nothing.
impl<T: Typed> Value for Option<T> {
    fn take(&mut self, came: Came<'_>) -> Fit {
        // Known when it is compiled: most types need no code beyond this.
        if T::OPENS_ONLY {
            *self = None;
            return only_null(came, T::OPENS);
        }
        *self = match came {
            Came::Null => None,
            _ => Some(T::default()),
        };
        match self {
            Some(value) => value.take(came),
            None => Ok(()),
        }
    }

    fn open(&mut self, bracket: Bracket) -> Open<'_> {
        if self.is_none() {
            *self = Some(T::default());
        }
        match self {
            Some(value) => value.open(bracket),
            None => Open::Misfit(Misfit(T::OPENS)),
        }
    }
}

impl<T: Typed> Shown for Option<T> {
    fn view(&self) -> View<'_> {
        match self {
            Some(value) => value.view(),
            None => View::Null,
        }
    }
}

impl<T: Typed> Typed for Option<T> {
    const RAW: bool = T::RAW;
    const OPENS_ONLY: bool = T::OPENS_ONLY;
    const OPENS: &'static str = T::OPENS;
}

impl<T: Typed> Value for Box<T> {
    fn take(&mut self, came: Came<'_>) -> Fit {
        (**self).take(came)
    }

    fn open(&mut self, bracket: Bracket) -> Open<'_> {
        (**self).open(bracket)
    }
}

impl<T: Typed> Shown for Box<T> {
    fn view(&self) -> View<'_> {
        (**self).view()
    }
}

impl<T: Typed> Typed for Box<T> {
    const RAW: bool = T::RAW;
    const OPENS_ONLY: bool = T::OPENS_ONLY;
    const OPENS: &'static str = T::OPENS;
}

/// A list. Its `null` elements are left out; read tolerantly, so are those of the wrong kind, unless none is left: then
/// the list as a whole is of the wrong kind, and is kept in `extra`.
impl<T: Typed> Value for Vec<T> {
    fn take(&mut self, came: Came<'_>) -> Fit {
        only_null(came, A_LIST)
    }

    fn open(&mut self, bracket: Bracket) -> Open<'_> {
        if bracket == Bracket::Object {
            return Open::Misfit(Misfit(A_LIST));
        }
        Open::Items(self)
    }
}

impl<T: Typed> Shown for Vec<T> {
    fn view(&self) -> View<'_> {
        View::List(self)
    }
}

impl<T: Typed> Typed for Vec<T> {
    const OPENS_ONLY: bool = true;
    const OPENS: &'static str = A_LIST;
}

impl<T: Typed> Items for Vec<T> {
    fn add(&mut self, _: String) -> Place<'_> {
        self.push(T::default());
        let last = self.len() - 1;
        place(&mut self[last])
    }

    fn drop_last(&mut self) {
        self.pop();
    }

    fn is_empty(&self) -> bool {
        self.is_empty()
    }
}

impl<T: Typed> Entries for Vec<T> {
    fn count(&self) -> usize {
        self.len()
    }

    fn get(&self, at: usize) -> Option<(&str, &dyn Shown)> {
        <[T]>::get(self, at).map(|element| ("", element as &dyn Shown))
    }
}

/// A map. Its `null` values are left out; read tolerantly, so are those of the wrong kind, unless none is left: then the
/// map as a whole is of the wrong kind, and is kept in `extra`.
impl<T: Typed> Value for Map<T> {
    fn take(&mut self, came: Came<'_>) -> Fit {
        only_null(came, AN_OBJECT)
    }

    fn open(&mut self, bracket: Bracket) -> Open<'_> {
        if bracket == Bracket::List {
            return Open::Misfit(Misfit(AN_OBJECT));
        }
        Open::Items(self)
    }
}

impl<T: Typed> Shown for Map<T> {
    fn view(&self) -> View<'_> {
        View::Map(self)
    }
}

impl<T: Typed> Typed for Map<T> {
    const OPENS_ONLY: bool = true;
    const OPENS: &'static str = AN_OBJECT;
}

impl<T: Typed> Items for Map<T> {
    fn add(&mut self, name: String) -> Place<'_> {
        place(self.push(name, T::default()))
    }

    fn drop_last(&mut self) {
        self.pop();
    }

    fn is_empty(&self) -> bool {
        self.is_empty()
    }
}

impl<T: Typed> Entries for Map<T> {
    fn count(&self) -> usize {
        self.len()
    }

    fn get(&self, at: usize) -> Option<(&str, &dyn Shown)> {
        self.at(at).map(|(name, value)| (name, value as &dyn Shown))
    }
}
