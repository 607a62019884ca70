import ModelFiles
import Nets

/// Networks of PyTorch's example fast_neural_style: a `TransformerArchitecture` with an instance norm behind every convolution but the
/// last, of any widths, that takes and gives 0…255.
///
/// Their files are state dictionaries, also those that lie in another dictionary or whose names begin with that of what wrapped the
/// network, as a checkpoint of its training has them. Norms of old ones bring running statistics along, which nothing reads: an instance norm without
/// them is what the networks were trained as.
enum FastNeuralStyle {
    /// PyTorch's default.
    private static let epsilon: Float = 1e-5
    private static let colours = 3

    /// - Returns: the network; why the tensors are none, in words that follow "it".
    static func graph(_ file: [String: StoredTensor]) -> Result<Graph, Refusal> {
        let tensors: [String: StoredTensor]
        do throws(Refusal) { tensors = try network(in: file) } catch { return .failure(error) }
        var parameters: [String: Tensor] = [:]
        var known: Set<String> = []
        /// Takes a tensor, once its shape is right; extents that are nil may be any.
        func take(_ name: String, _ dims: [Int?]) throws(Refusal) -> StoredTensor {
            let wanted = dims.map { $0.map(String.init) ?? "?" }.joined(separator: ", ")
            guard let tensor = tensors[name] else {
                throw Refusal("has no \(name) [\(wanted)] \(Self.contents(of: tensors))")
            }
            guard tensor.dims.count == dims.count, tensor.count > 0,
                zip(dims, tensor.dims).allSatisfy({ $0.0 ?? $0.1 == $0.1 })
            else { throw Refusal("has a \(name) of the shape \(tensor.dims), not [\(wanted)]") }
            known.insert(name)
            return tensor
        }
        var width = colours
        do throws(Refusal) {
            for layer in TransformerArchitecture.layers {
                let (convolution, norm) = names(of: layer.place)
                let isLast = layer.place == TransformerArchitecture.layers.last?.place
                // What is added to a residual block's input has its width.
                let outputs: Int? = if case .residual = layer.place { width } else { isLast ? colours : nil }
                let inputs = width
                let weights = try take("\(convolution).weight", [outputs, inputs, layer.kernel, layer.kernel])
                width = weights.dims[0]
                let ordered = WeightLayout.channelsLast(
                    weights.floats(), outputs: width, inputs: inputs, rows: layer.kernel, columns: layer.kernel)
                parameters["\(layer.name).weights"] = Tensor([layer.kernel, layer.kernel, inputs, width], ordered)
                parameters["\(layer.name).bias"] = try take("\(convolution).bias", [width]).tensor()
                guard let norm else { continue }
                parameters["\(layer.name).scale"] = try take("\(norm).weight", [width]).tensor()
                parameters["\(layer.name).offset"] = try take("\(norm).bias", [width]).tensor()
                known.formUnion(["running_mean", "running_var", "num_batches_tracked"].map { "\(norm).\($0)" })
            }
        } catch {
            return .failure(error)
        }
        if let other = tensors.keys.filter({ !known.contains($0) }).min() {
            return .failure(Refusal("also has a \(other), which fast_neural_style does not know"))
        }
        return .success(TransformerArchitecture.graph(parameters, epsilon: epsilon, last: nil))
    }

    /// The tensors of the one network in a file, by their own names: dots join those of dictionaries, and of modules.
    private static func network(in file: [String: StoredTensor]) throws(Refusal) -> [String: StoredTensor] {
        // The last layer's name is the end of no other.
        let last = names(of: .expanding(TransformerArchitecture.expanding.count)).convolution + ".weight"
        let found = file.keys.filter { $0 == last || $0.hasSuffix(".\(last)") }.map { $0.dropLast(last.count) }.sorted()
        guard found.count <= 1 else {
            let names = found.map { $0.isEmpty ? "its own" : "\($0.dropLast())" }
            throw Refusal("holds several networks: \(names.joined(separator: ", "))")
        }
        guard let prefix = found.first, !prefix.isEmpty else { return file }
        return [String: StoredTensor](
            uniqueKeysWithValues: file.compactMap { name, tensor in
                name.hasPrefix(prefix) ? (String(name.dropFirst(prefix.count)), tensor) : nil
            })
    }

    /// What the dictionary calls a convolution, and the norm behind it.
    private static func names(of place: TransformerArchitecture.Place) -> (convolution: String, norm: String?) {
        let contracting = TransformerArchitecture.contracting.count
        return switch place {
        case .contracting(let number): ("conv\(number).conv2d", "in\(number)")
        case .residual(let block, let half): ("res\(block).conv\(half).conv2d", "res\(block).in\(half)")
        case .expanding(TransformerArchitecture.expanding.count):
            ("deconv\(TransformerArchitecture.expanding.count).conv2d", nil)
        case .expanding(let number): ("deconv\(number).conv2d", "in\(contracting + number)")
        }
    }

    private static func contents(of tensors: [String: StoredTensor]) -> String {
        let shown = 4
        let names = tensors.keys.sorted()
        guard !names.isEmpty else { return "and no tensors at all" }
        let more = names.count > shown ? ", … (\(names.count) tensors)" : ""
        return "but \(names.prefix(shown).map { String($0.prefix(60)) }.joined(separator: ", "))\(more)"
    }

    struct Refusal: Error {
        let why: String

        init(_ why: String) { self.why = why }
    }
}
