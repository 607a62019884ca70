import Nets

/// A network ready for an `Executor`, with what is known of it.
///
/// Weights are memory-mapped; the model is as cheap to open as its file is to map.
package struct LoadedModel {
    package let graph: Graph
    package let facts: ModelFacts
    /// How pixels go into the input that takes a picture.
    package let pixels: PixelConvention
}

/// A model as `limner models list` and `verify` show it.
package struct ModelListing: Sendable {
    package enum State: Hashable, Sendable {
        /// Neither the original nor a conversion is there.
        case missing
        /// The original is there and will be converted when first used.
        case fetched
        /// Converted and ready.
        case ready
        /// Something is wrong; the sentence says what and what to do.
        case damaged(String)
    }

    package let facts: ModelFacts
    package let state: State
    /// The converted file, whether or not it exists.
    package let path: String
}
