import COpenBLAS
import Foundation
import Nets

/// How fast the machine multiplies matrices: OpenBLAS alone, with threads of its own, which the engine never gives it.
enum Roofline {
    private static let side = 2048
    private static let runs = 5

    static func measure(threads: Int) -> Measurement {
        let a = Noise.tensor([side, side], scale: 1)
        let b = Noise.tensor([side, side], scale: 1)
        let c = Tensor([side, side])
        openblas_set_num_threads(Int32(threads))
        defer {
            openblas_set_num_threads(1)
            // Its threads look for work for a while before they sleep; nothing else may be measured meanwhile.
            Thread.sleep(forTimeInterval: 0.2)
        }
        let (n, count) = (Int32(side), Double(side))
        return Measurement("SGEMM, \(side) cubed", gigaflop: 2e-9 * count * count * count, runs: runs) {
            cblas_sgemm(
                CblasRowMajor, CblasNoTrans, CblasNoTrans, n, n, n, 1, a.pointer, n, b.pointer, n, 0, c.pointer, n)
        }
    }
}
