/// What is done to the sums of a convolution in the same pass: the bias, and an activation.
struct ConvolutionFinish {
    /// One of each an output, and the first ones again: for as long as `DepthwiseRun` wants, and to the end of a panel.
    var bias: Floats { storage.pointer }
    var slopes: Floats { storage.pointer + outputs + Self.overhang }
    /// The activation, where it is not a slope of what is negative.
    let rest: Activation?
    private static let overhang = 32
    private let storage: AlignedStorage
    private let outputs: Int
    private let given: Floats?
    private let givenSlopes: Operand?

    /// No bias and no activation.
    init(outputs: Int) { self.init(outputs: outputs, bias: nil, slopes: nil, nil) }

    init(at site: Site, outputs: Int, _ activation: Activation?) {
        self.init(
            outputs: outputs, bias: site.inputs.count > 2 ? site.inputs[2].pointer : nil,
            slopes: site.inputs.count > 3 ? site.inputs[3] : nil, activation)
    }

    init(outputs: Int, bias given: Floats?, slopes givenSlopes: Operand?, _ activation: Activation?) {
        self.outputs = outputs
        self.given = given
        self.givenSlopes = givenSlopes
        let length = outputs + Self.overhang
        storage = AlignedStorage(count: 2 * length)
        let slope: Float
        (slope, rest) = activation.slopeAndRest
        slopes.update(repeating: slope, count: length)
    }

    /// Takes the present values of bias and slopes over. Before each run, since they may be trained.
    func prepare() {
        if let given { wrap(given, count: outputs, into: bias) }
        if let givenSlopes { wrap(givenSlopes.pointer, count: givenSlopes.count, into: slopes) }
    }

    private func wrap(_ values: Floats, count: Int, into target: Floats) {
        for index in 0..<outputs + Self.overhang { target[index] = values[index % count] }
    }
}

extension Activation? {
    /// The activation as a slope of what is negative, and what is left of it where it is not one.
    var slopeAndRest: (slope: Float, rest: Activation?) {
        switch self {
        case .relu: (0, nil)
        case .leakyRelu(let slope): (slope, nil)
        default: (1, self)
        }
    }
}
