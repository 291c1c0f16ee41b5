//! Links of the documents: which ids in an answer are parameters of which other calls.

use utoipa::openapi::link::LinkBuilder;
use utoipa::openapi::path::{Operation, ParameterIn, PathItem, PathsMap};
use utoipa::openapi::{OpenApi, RefOr};

/// That an answer has what other calls take.
pub struct Link {
    /// The operation that answers it.
    pub from: &'static str,
    /// Where in the answer it is.
    pub value: &'static str,
    /// What the parameter of the other calls is called.
    pub parameter: &'static str,
    /// What their paths begin with.
    pub under: &'static str,
}

/// Adds a link to every call whose path can be filled from the answer, and from the path that was answered.
pub fn add(document: &mut OpenApi, links: &[Link]) {
    let paths = &mut document.paths.paths;
    let calls: Vec<(String, String, Vec<String>)> =
        paths.iter_mut().flat_map(|(path, item)| of(item).map(|operation| (path.clone(), id(operation), parameters(operation)))).collect();
    for operation in operations(paths) {
        let (from, has) = (id(operation), parameters(operation));
        for link in links.iter().filter(|link| link.from == from) {
            let success = operation.responses.responses.iter_mut().find(|(status, _)| status.starts_with('2'));
            let Some((_, RefOr::T(success))) = success else { continue };
            // What was begun by one version of the API goes on by it; calls that there are once belong to both.
            let is_twin = |to: &str| {
                if from.ends_with("V1") { calls.iter().any(|(_, other, _)| *other == format!("{to}V1")) } else { to.ends_with("V1") }
            };
            let fits = |path: &str, to: &str| path.starts_with(link.under) && !is_twin(to);
            for (_, to, takes) in calls.iter().filter(|(path, to, takes)| fits(path, to) && takes.iter().any(|name| name == link.parameter))
            {
                if !takes.iter().all(|name| name == link.parameter || has.contains(name)) {
                    continue;
                }
                let filled = takes.iter().map(|name| {
                    let is_answered = name == link.parameter;
                    (name, if is_answered { format!("$response.body#{}", link.value) } else { format!("$request.path.{name}") })
                });
                let made = filled.fold(LinkBuilder::new().operation_id(to), |made, (name, value)| made.parameter(name, value));
                success.links.insert(to.clone(), RefOr::T(made.build()));
            }
        }
    }
}

/// Every operation of a document.
pub fn operations(paths: &mut PathsMap<String, PathItem>) -> impl Iterator<Item = &mut Operation> {
    paths.values_mut().flat_map(of)
}

fn of(path: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut path.get, &mut path.post, &mut path.put, &mut path.patch, &mut path.delete].into_iter().flatten()
}

fn id(operation: &Operation) -> String {
    operation.operation_id.clone().unwrap_or_default()
}

/// What stands in its path.
fn parameters(operation: &Operation) -> Vec<String> {
    let parameters = operation.parameters.iter().flatten().filter_map(|parameter| match parameter {
        RefOr::T(parameter) if parameter.parameter_in == ParameterIn::Path => Some(parameter.name.clone()),
        _ => None,
    });
    parameters.collect()
}
