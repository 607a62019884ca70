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
        let target: Tensor
        let feature: Tensor
        let seed: Tensor
        let matrix: GramMatrix
        /// `[N, N]`: the matrix itself, then its difference from the target, then the loss's gradient.
        let gram: Tensor
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
    private let input: Tensor
    private let inputGradient: Tensor
    private let convention: PixelConvention
    private let contentTerms: [ContentTerm]
    private let styleTerms: [StyleTerm]
    private let tvWeight: Double
    private let contentWeight: Double
    private let styleWeight: Double

    init(_ network: StyleNetwork, shape: Shape, targets: StyleTargets, settings: StyleSettings) throws {
        let content = settings.contentWeight > 0 ? settings.contentLayers.shares.filter { $0.weight > 0 } : []
        let style = settings.styleWeight > 0 ? settings.styleLayers.shares.filter { $0.weight > 0 } : []
        let layers = network.kind.layers.filter { layer in (content + style).contains { $0.layer == layer } }
        let (executor, name) = try network.executor(
            for: shape, layers: layers, pooling: settings.pooling, gradients: .inputs)
        self.executor = executor
        self.shape = shape
        input = executor.input(name)
        inputGradient = executor.inputGradient(name)
        convention = network.convention
        let square = network.kind.featureScale * network.kind.featureScale
        contentTerms = content.map { entry in
            ContentTerm(
                target: targets.content[entry.layer]!, feature: executor.output(entry.layer),
                seed: executor.seed(entry.layer), weight: settings.contentWeight * entry.weight * square,
                share: entry.weight * square)
        }
        styleTerms = style.map { entry in
            let target = targets.grams[entry.layer]!
            let feature = executor.output(entry.layer)
            return StyleTerm(
                target: target, feature: feature, seed: executor.seed(entry.layer),
                matrix: GramMatrix(feature.shape, threads: network.threads), gram: Tensor(target.shape),
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
    package func evaluate(_ pixels: Tensor, gradient: Tensor) -> StyleLosses {
        convention.apply(pixels, into: input)
        executor.forward()
        executor.clearSeeds()
        let content = contentTerms.reduce(0) { $0 + add($1) }
        let style = styleTerms.reduce(0) { $0 + add($1) }
        executor.backward()
        convention.applyGradient(inputGradient, into: gradient)
        let variation = TotalVariation.evaluate(pixels, weight: tvWeight, addingTo: gradient)
        return StyleLosses(
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
                seed[index] += factor * difference
            }
            sum += Double(part)
        }
        return 0.5 * term.share * sum / Double(count)
    }

    /// `¼ mean ΔG²`; its derivative by the matrix, `ΔG / 2N²`, goes on to the features.
    private func add(_ term: StyleTerm) -> Double {
        term.matrix.forward(term.feature, into: term.gram)
        let count = term.gram.count
        let gram = term.gram.pointer
        let target = term.target.pointer
        let factor = Float(0.5 * term.weight / Double(count))
        var sum = 0.0
        for index in 0..<count {
            let difference = gram[index] - target[index]
            sum += Double(difference) * Double(difference)
            gram[index] = factor * difference
        }
        term.matrix.backward(term.feature, gradient: term.gram, into: term.seed, accumulates: true)
        return 0.25 * term.share * sum / Double(count)
    }
}
