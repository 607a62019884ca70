/// A chip drawn by integer arithmetic, and the template that SFace must give it: shows in one pass whether the model's
/// file, the import and this machine's kernels are what they should be.
package enum GoldenChip {
    /// Least cosine to ``template``; other kernels round differently, by far less.
    package static let leastCosine = 0.9999

    /// The chip that `make_faces_golden.py` calls variant 0.
    package static var chip: FaceChip {
        var pixels: [UInt8] = []
        pixels.reserveCapacity(FaceChip.side * FaceChip.side * 3)
        for y in 0..<FaceChip.side {
            for x in 0..<FaceChip.side {
                for c in 0..<3 {
                    let wave = ((x * y) >> (2 + c)) * 5
                    pixels.append(UInt8((x * (7 + 3 * c) + y * (11 - 2 * c) + wave + 40 * c) & 255))
                }
            }
        }
        return FaceChip(pixels: pixels)
    }

    /// Cosine of what an embedder answers to ``template``; 0 for no answer or one of another length.
    package static func cosine(with embedder: FaceEmbedder) -> Double {
        guard let answer = embedder.templates(of: [chip])[0]?.features, answer.count == template.count else { return 0 }
        var (dot, left, right) = (0.0, 0.0, 0.0)
        for (a, b) in zip(answer, template) {
            dot += Double(a) * Double(b)
            left += Double(a) * Double(a)
            right += Double(b) * Double(b)
        }
        return dot / (left * right).squareRoot()
    }

    /// OpenCV's FaceRecognizerSF, by `Tests/FacesTests/Golden/make_faces_golden.py`.
    package static let template: [Float] = [
        -0.117748, -0.106749, 0.118828, -0.003406, -0.010629, 0.023412, 0.084565, 0.022802, -0.076587, 0.01338,
        0.045359, 0.058554, 0.203834, -0.193235, 0.039333, -0.011097, -0.042223, -0.028825, 0.057489, 0.094007,
        -0.230055, -0.067104, -0.151582, -0.024748, 0.027273, 0.207042, -0.014129, 0.007062, -0.176123, -0.030176,
        0.093134, 0.054448, 0.034774, -0.008814, 0.062407, 0.01453, 0.087835, 0.061627, -0.0344, -0.026159, -0.070928,
        -0.051134, 0.201258, 0.057172, 0.04542, -0.047207, -0.061903, 0.09041, 0.065567, -0.25998, -0.169711,
        -0.054052, 0.072221, 0.067788, 0.028291, 0.013877, -0.023064, -0.026679, -0.047041, -0.069956, -0.04827,
        -0.003536, 0.004067, -0.008072, -0.071011, -0.134278, -0.04143, 0.187995, 0.001009, 0.06015, 0.00391,
        -0.003962, -0.096506, 0.074178, -0.115164, -0.098303, 0.001055, -0.013425, 0.044767, -0.10697, -0.086215,
        0.040007, -0.020525, 0.091477, -0.155907, 0.102733, -0.084517, -0.00948, 0.125621, -0.013776, 0.056964,
        -0.095366, 0.002568, 0.072784, 0.004778, 0.178866, 0.049569, 0.033643, -0.043735, 0.04739, 0.01973, 0.132315,
        -0.000129, -0.095348, -0.082559, 0.01887, 0.024448, -0.072106, -0.054601, 0.092198, 0.133793, -0.000583,
        0.074753, -0.031226, 0.107992, 0.210466, 0.034793, -0.133441, -0.098086, 0.013856, 0.085732, 0.11394,
        -0.079784, 0.06546, 0.102177, -0.108189, -0.037134, -0.040762,
    ]
}
