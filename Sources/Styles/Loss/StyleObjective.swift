import ModelFiles
import Nets

/// J(G) and its gradient with respect to the pixels of G, at one size.
///
///     J(G)      = α·J_content + β·J_style + γ·J_tv
///     J_content = Σ_l u_l · s²/2 · mean((a_l(C) − a_l(G))²)
///     J_style   = Σ_l w_l · s⁴/4 · mean((A_l − Gram(a_l(G)))²),   Gram(F) = FᵀF / (N·M)
///
/// with F the M positions by N channels of a layer, Σu = Σw = 1, A the blended Gram matrices of the styles, and s the
/// network's `featureScale`. This is Gatys, Ecker and Bethge 2016, equations 1 to 7, with every sum over positions and
/// channels made a mean: a Gram matrix then does not grow with the picture, so the same weights mean the same at every
/// size, and the style picture may have another size than the content.
///
/// All memory is planned at `init`; `evaluate` allocates nothing.
package final class StyleObjective {
    private struct ContentTerm {
        let target: Tensor
        let feature: Tensor
        let seed: Tensor
        /// `α · u_l · s²`.
        let weight: Double
        /// `u_l · s²`: the unweighted part.
        let share: Double
    }

    private struct StyleTerm {
        /// `[N, N]`, as the other two.
        let target: Tensor
        let gram: Tensor
        let seed: Tensor
        /// `β · w_l · s⁴`.
        let weight: Double
        /// `w_l · s⁴`: the unweighted part.
        let share: Double
    }

    /// Of G: `[1, H, W, 3]`.
    package let shape: Shape
    /// Memory that the features and their gradients take.
    package var bytes: Int { executor.bytes }

    private let executor: Executor
    /// Whether the executor holds the features of `input`: they are gone after a backward pass.
    private var holdsFeatures = false
    private let input: Tensor
    private let inputGradient: Tensor
    private let convention: PixelConvention
    private let contentTerms: [ContentTerm]
    private let styleTerms: [StyleTerm]
    private let tvWeight: Double
    private let contentWeight: Double
    private let styleWeight: Double

    /// Measures the content by the same executor that G will go through.
    ///
    /// - Parameters:
    ///   - content: `[1, H, W, 3]`, RGB in 0…255.
    ///   - grams: of the styles, blended, by layer.
    init(_ network: StyleNetwork, content picture: Tensor, grams: [String: Tensor], settings: StyleSettings) throws {
        let content = settings.contentWeight > 0 ? settings.contentLayers.shares.filter { $0.weight > 0 } : []
        let style = settings.styleWeight > 0 ? settings.styleLayers.shares.filter { $0.weight > 0 } : []
        let (executor, name) = try network.executor(
            for: picture.shape, layers: content.map(\.layer), grams: style.map(\.layer), pooling: settings.pooling,
            gradients: .inputs)
        self.executor = executor
        shape = picture.shape
        input = executor.input(name)
        inputGradient = executor.inputGradient(name)
        convention = network.convention
        if !content.isEmpty {
            convention.apply(picture, into: input)
            executor.forward()
            holdsFeatures = true
        }
        let square = network.kind.featureScale * network.kind.featureScale
        contentTerms = content.map { entry in
            let feature = executor.output(entry.layer)
            return ContentTerm(
                target: feature.copy(), feature: feature, seed: executor.seed(entry.layer),
                weight: settings.contentWeight * entry.weight * square, share: entry.weight * square)
        }
        styleTerms = style.map { entry in
            let output = FeatureNetwork.gramName(of: entry.layer)
            return StyleTerm(
                target: grams[entry.layer]!, gram: executor.output(output), seed: executor.seed(output),
                weight: settings.styleWeight * entry.weight * square * square,
                share: entry.weight * square * square)
        }
        tvWeight = settings.tvWeight
        contentWeight = settings.contentWeight
        styleWeight = settings.styleWeight
    }

    /// The losses at G.
    ///
    /// - Parameters:
    ///   - pixels: G, RGB in 0…255, of `shape`.
    ///   - gradient: of `shape`; `dJ/dG` is written over it.
    package func evaluate(_ pixels: Tensor, gradient: Tensor) -> ObjectiveValue {
        // An optimisation that starts from the content begins where the content was measured.
        let isNew = convention.apply(pixels, into: input)
        if isNew || !holdsFeatures { executor.forward() }
        holdsFeatures = false
        let content = contentTerms.reduce(0) { $0 + add($1) }
        let style = styleTerms.reduce(0) { $0 + add($1) }
        executor.backward()
        convention.applyGradient(inputGradient, into: gradient)
        let variation = TotalVariation.evaluate(pixels, weight: tvWeight, addingTo: gradient)
        return ObjectiveValue(
            total: contentWeight * content + styleWeight * style + tvWeight * variation, content: content, style: style,
            totalVariation: variation)
    }

    /// `½ mean d²` and its gradient `d / (N·M)`.
    private func add(_ term: ContentTerm) -> Double {
        let count = term.feature.count
        let factor = Float(term.weight / Double(count))
        let a = term.feature.pointer
        let target = term.target.pointer
        let seed = term.seed.pointer
        let channels = term.feature.shape.channels
        var sum = 0.0
        for start in stride(from: 0, to: count, by: channels) {
            var part: Float = 0
            for index in start..<(start + channels) {
                let difference = a[index] - target[index]
                part += difference * difference
                seed[index] = factor * difference
            }
            sum += Double(part)
        }
        return 0.5 * term.share * sum / Double(count)
    }

    /// `¼ mean ΔG²`, and its derivative by the matrix, `ΔG / 2N²`.
    private func add(_ term: StyleTerm) -> Double {
        let count = term.gram.count
        let gram = term.gram.pointer
        let target = term.target.pointer
        let seed = term.seed.pointer
        let factor = Float(0.5 * term.weight / Double(count))
        var sum = 0.0
        for index in 0..<count {
            let difference = gram[index] - target[index]
            sum += Double(difference) * Double(difference)
            seed[index] = factor * difference
        }
        return 0.25 * term.share * sum / Double(count)
    }
}

extension ObjectiveValue {
    /// Each part with its weight, so that the three add up to the total.
    package func weighted(_ settings: StyleSettings) -> ObjectiveValue {
        ObjectiveValue(
            total: total, content: settings.contentWeight * content, style: settings.styleWeight * style,
            totalVariation: settings.tvWeight * totalVariation)
    }
}
