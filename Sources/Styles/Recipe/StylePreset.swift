/// Three bargains between time and finish.
package enum StylePreset: String, Hashable, Sendable, Codable, CaseIterable {
    /// One forward pass, a second or so.
    case fast
    /// A hundred iterations at two sizes, a minute or so.
    case standard
    /// Several hundred iterations at three sizes and more pixels, some minutes.
    case fine

    /// Everything that the options leave open, for a network.
    func settings(for network: StyleNetworkKind) -> StyleSettings {
        var settings = StyleSettings(
            preset: self, size: 512, upscale: false, preserveColors: false, format: .jpeg, quality: 92, strength: 1,
            network: network, pooling: .max, iterations: 100, scales: 2, contentWeight: 1,
            styleWeight: network.styleWeight, tvWeight: network.tvWeight, contentLayers: network.contentLayers,
            styleLayers: network.styleLayers, styleScale: 1, optimizer: .lbfgs, learningRate: 1, start: .content,
            seed: 1, lossInterval: 10)
        switch self {
        case .fast: settings.size = 1024
        case .standard: break
        case .fine:
            settings.size = 768
            settings.iterations = 300
            settings.scales = 3
        }
        return settings
    }
}
