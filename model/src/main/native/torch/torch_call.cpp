#include "torch_call.h"

#include <stdexcept>

#include "../cuda/cuda.h"

namespace mhc::torch {
namespace {

std::string name_of(Device device) {
    const std::string type = device.type == 0 ? "cpu"
                             : device.cuda()  ? "cuda"
                                              : "device type " + std::to_string(device.type);
    return device.type == 0 ? type : type + ":" + std::to_string(device.index);
}

}  // namespace

void find_device(const Tensor& tensor, std::optional<Device>& device) {
    const Device here = tensor.device();
    if (device && !(*device == here)) {
        throw std::runtime_error("torch.ops.mhc got tensors on " + name_of(*device) + " and " + name_of(here) +
                                 ", expected one device");
    }
    device = here;
}

void find_device(const std::optional<Tensor>& tensor, std::optional<Device>& device) {
    if (tensor) find_device(*tensor, device);
}

CallOn::CallOn(std::optional<Device> device) : device_(device ? *device : Device{}) {
    if (!device_.cuda()) return;
    void* stream = nullptr;
    if (!current_cuda_stream(device_.index, &stream)) {
        throw std::runtime_error("mhc kernels: this libtorch cannot name the current stream of " + name_of(device_));
    }
    device_before_ = cuda::enter({device_.index, stream, this, allocate});
    entered_ = true;
}

CallOn::~CallOn() {
    if (entered_) cuda::leave(device_before_);
}

void* CallOn::allocate(void* self, int64_t bytes) {
    CallOn& call = *static_cast<CallOn*>(self);
    const int64_t floats = (bytes + 3) / 4;
    call.memory_.push_back(Tensor::empty({floats}, Type::FLOAT, call.device_));
    return call.memory_.back().data();
}

const Operations& operations_of(const Tensor& tensor, Shape shape) {
    return tensor.device().cuda() ? cuda::operations(shape) : cpu_operations(cpu_isa(), shape);
}

decltype(&gain) gain_of(const Tensor& tensor) { return tensor.device().cuda() ? cuda::gain : gain; }

}  // namespace mhc::torch
