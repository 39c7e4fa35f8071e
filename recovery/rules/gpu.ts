import type { TextRule } from './rule.js';

/** Accelerators: their memory is fixed, so a larger container never helps. First among the texts, because their classes look like any other. */
export const GPU_RULES: readonly TextRule[] = [
  {
    id: 'gpu-class',
    kind: 'out-of-memory',
    certainty: 'definite',
    region: 'gpu',
    in: 'class',
    pattern:
      /^(?:torch\.(?:cuda\.)?OutOfMemoryError|cupy[\w.]{0,60}OutOfMemoryError|OutOfMemoryError: (?:CUDA|HIP|XPU|MPS|NPU)|rmm[\w.]{0,60}(?:OutOfMemory|out_of_memory)|[\w.]{0,80}CudaAPIError: .{0,80}OUT_OF_MEMORY)/,
    source: 'PyTorch, CuPy, RMM, Numba',
  },
  {
    id: 'gpu-out-of-memory',
    kind: 'out-of-memory',
    certainty: 'definite',
    region: 'gpu',
    in: 'message',
    pattern:
      /\b(?:CUDA|HIP|XPU|NPU|MPS backend|Metal|GPU|DefaultXpuAllocator)\b[^\n]{0,60}\bout of memory|CUDA_ERROR_OUT_OF_MEMORY|cudaErrorMemoryAllocation|hipErrorOutOfMemory|CUBLAS_STATUS_ALLOC_FAILED|CUDNN_STATUS_ALLOC_FAILED|OOM when allocating tensor[^\n]{0,300}(?:device:GPU|GPU_\d)|Failed to allocate .{0,80}(?:HBM|device memory|on device)|exceeds? .{0,40}hbm capacity|No available memory for the cache blocks/i,
    source: 'CUDA runtime, PyTorch, TensorFlow, vLLM',
  },
  {
    id: 'opencl-out-of-memory',
    kind: 'out-of-memory',
    certainty: 'definite',
    region: 'gpu',
    in: 'message',
    pattern: /\bMemory Object Allocation Failure\b|\bCL_(?:MEM_OBJECT_ALLOCATION_FAILURE|OUT_OF_RESOURCES)\b/,
    source: 'OpenCL: clCreateBuffer, clEnqueueNDRangeKernel; Boost.Compute words the code, LightGBM hands it on',
  },
  {
    id: 'nccl-out-of-memory',
    kind: 'out-of-memory',
    certainty: 'definite',
    region: 'gpu',
    in: 'statement',
    pattern: /Cuda failure (?:\d{1,4} )?'out of memory'/,
    source: 'NCCL: CUDACHECK, on a line of its own below the exception of PyTorch',
  },
  {
    id: 'xla-out-of-memory',
    kind: 'out-of-memory',
    certainty: 'definite',
    region: ({ saying }) => (/\bCPU|host\b/i.test(saying.text) ? 'python-worker' : 'gpu'),
    in: 'message',
    pattern:
      /RESOURCE_EXHAUSTED: (?:Out of memory|Failed to allocate|Ran out of memory|.{0,60}(?:allocat|OOM))|Resource exhausted: (?:Out of memory|OOM|Failed to allocate)/i,
    source: 'XLA: jaxlib XlaRuntimeError',
  },
  {
    id: 'tensorflow-host-memory',
    kind: 'out-of-memory',
    certainty: 'definite',
    region: ({ saying }) => (/GPU/.test(saying.text) ? 'gpu' : 'python-worker'),
    in: 'class',
    pattern: /^[\w.]{0,100}ResourceExhaustedError\b/,
    source: 'TensorFlow: ResourceExhaustedError names the device',
  },
];
