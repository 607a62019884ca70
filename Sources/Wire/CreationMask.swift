import Glibc

/// What whoever started this program forbids new files (umask(2)).
package enum CreationMask {
    /// To be read before there are files to be made: the system tells it only by changing it.
    package static let own: mode_t = {
        let mask = umask(0o077)
        umask(mask)
        return mask
    }()
}
